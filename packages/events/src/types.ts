import { CURRENCY_DECIMALS, type CurrencyCode } from '@cartograph/money';
import { z } from 'zod';

const id = z.string().min(1).max(64);
const currency = z.enum(Object.keys(CURRENCY_DECIMALS) as [CurrencyCode, ...CurrencyCode[]]);

/** Integer minor units, as `packages/money`. */
const money = z.object({ minor: z.int(), currency });
const person = z.object({ userId: id, email: z.string(), name: z.string() });
const address = z.object({
  name: z.string(),
  line1: z.string(),
  line2: z.string().nullish(),
  city: z.string(),
  region: z.string().nullish(),
  postalCode: z.string().nullable(),
  country: z.string().length(2),
});
const orderItem = z.object({
  productId: id,
  sku: z.string(),
  name: z.string(),
  quantity: z.int().positive(),
  unitPrice: money,
});
const order = z.object({
  orderId: id,
  number: z.string(),
  customerId: id,
  items: z.array(orderItem).min(1),
  /** What coupons took off; missing in events of releases before coupons. */
  discounts: z.array(z.object({ code: z.string(), label: z.string(), amount: money })).optional(),
  /** The sum of the items less the discounts. */
  total: money,
});
const orderMoved = order.extend({
  previousStatus: z.string().nullable(),
  status: z.string(),
  note: z.string().nullish(),
});
const payment = z.object({ paymentId: id, orderId: id, customerId: id, amount: money });

/** What each event's `data` holds. Validated when sent and when received. */
export const EVENT_DATA = {
  'user.registered': person,
  /** Name or e-mail changed. */
  'user.updated': person,
  'user.password_reset_requested': person.extend({ token: z.string(), expiresAt: z.iso.datetime() }),
  /** `email` is still the old address; the token goes to `newEmail`. */
  'user.email_change_requested': person.extend({
    newEmail: z.string(),
    token: z.string(),
    expiresAt: z.iso.datetime(),
  }),
  'user.deactivated': person,
  'product.changed': z.object({
    productId: id,
    sku: z.string(),
    name: z.string(),
    price: money,
    isArchived: z.boolean(),
    version: z.int(),
  }),
  'stock.changed': z.object({
    productId: id,
    available: z.int(),
    delta: z.int(),
    reason: z.string(),
    orderId: id.nullish(),
  }),
  'order.placed': order.extend({
    cartId: id.nullish(),
    paymentToken: z.string().nullish(),
    shippingAddress: address,
    placedAt: z.iso.datetime(),
  }),
  'order.processing': orderMoved,
  'order.shipped': orderMoved,
  'order.delivered': orderMoved,
  'order.cancelled': orderMoved,
  'payment.succeeded': payment,
  'payment.failed': payment.extend({ reason: z.string(), canRetry: z.boolean() }),
  'payment.refunded': payment.extend({ refundId: id, reason: z.string().nullish() }),
} as const;

export type EventType = keyof typeof EVENT_DATA;
export type EventData<T extends EventType = EventType> = z.infer<(typeof EVENT_DATA)[T]>;

export const EVENT_TYPES = Object.keys(EVENT_DATA) as EventType[];

/** Aggregates: one Redis stream or RabbitMQ topic exchange each. */
export const AGGREGATES = ['users', 'products', 'orders', 'payments'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

const AGGREGATE_OF_PREFIX: Record<string, Aggregate> = {
  user: 'users',
  product: 'products',
  stock: 'products',
  order: 'orders',
  payment: 'payments',
};

/** The aggregate an event type belongs to: `order.placed` belongs to `orders`. */
export function aggregateOf(type: EventType): Aggregate {
  return AGGREGATE_OF_PREFIX[type.slice(0, type.indexOf('.'))]!;
}
