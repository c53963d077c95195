import { toMoneyOutput, type CurrencyCode } from '@cartograph/money';
import type { Rate } from '../domain/method.js';
import type {
  ShippingMethodResolvers,
  ShippingOptionResolvers,
  ShippingRateResolvers,
} from '../generated/graphql.js';

/** A rate with the currency of its method. */
export type RateModel = Rate & { readonly currency: CurrencyCode };

const money = (minor: number | null, currency: CurrencyCode) =>
  minor === null ? null : toMoneyOutput({ minor, currency });

export const ShippingMethod: ShippingMethodResolvers = {
  rates: ({ rates, currency }) => rates.map((rate) => ({ ...rate, currency })),
  freeFrom: ({ freeFromMinor, currency }) => money(freeFromMinor, currency),
};

export const ShippingRate: ShippingRateResolvers = {
  fromSubtotal: ({ fromMinor, currency }) => money(fromMinor, currency),
  price: ({ priceMinor, currency }) => toMoneyOutput({ minor: priceMinor, currency }),
};

export const ShippingOption: ShippingOptionResolvers = { price: ({ price }) => toMoneyOutput(price) };
