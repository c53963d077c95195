import type { Parcel } from '../domain/method.js';
import { optionsFor, type Option } from '../domain/zone.js';
import type { Deps } from './deps.js';

/** A parcel, its address and, if the customer chose one, the option. */
export interface ShippingRequest extends Parcel {
  readonly optionId: string | null;
  readonly country: string;
  readonly postalCode: string | null;
}

export type ShippingQuote =
  | { readonly outcome: 'OK'; readonly option: Option }
  | { readonly outcome: 'NO_METHOD' | 'OPTION_UNAVAILABLE' | 'NOT_CONFIGURED'; readonly option: null };

/** Finds the option that a checkout uses: the chosen one, or else the cheapest. */
export const createQuoteShipping =
  ({ store }: Pick<Deps, 'store'>) =>
  async ({ optionId, country, postalCode, ...parcel }: ShippingRequest): Promise<ShippingQuote> => {
    const zones = await store.findZones();
    if (zones.length === 0) return { outcome: 'NOT_CONFIGURED', option: null };
    const options = optionsFor(zones, { country, postalCode }, parcel);
    if (options.length === 0) return { outcome: 'NO_METHOD', option: null };
    const option = optionId === null ? options[0] : options.find(({ id }) => id === optionId);
    return option ? { outcome: 'OK', option } : { outcome: 'OPTION_UNAVAILABLE', option: null };
  };
