import type { OrderEventType, OrderStatus } from '../../generated/schema.js';
import type { OrderPartsFragment } from '../../graphql/OrderParts.generated.js';

export interface Step {
  readonly status: OrderStatus;
  readonly label: string;
  /** When it was reached; ISO 8601. */
  readonly at: string | undefined;
  readonly state: 'done' | 'now' | 'next' | 'stopped';
}

const WAY: readonly (readonly [OrderStatus, string])[] = [
  ['PENDING', 'Placed'],
  ['PROCESSING', 'Being packed'],
  ['SHIPPED', 'On its way'],
  ['DELIVERED', 'Delivered'],
];

/** The order's steps and which are done; a cancelled order ends at the step where it was cancelled. */
export function listSteps({ status, history }: OrderPartsFragment): readonly Step[] {
  const reachedAt = (wanted: OrderStatus) => history.find((event) => event.status === wanted)?.occurredAt;
  if (status === 'CANCELLED') {
    const reached = WAY.filter(([step]) => reachedAt(step) !== undefined);
    return [
      ...reached.map(([step, label]): Step => ({ status: step, label, at: reachedAt(step), state: 'done' })),
      { status, label: 'Cancelled', at: reachedAt(status), state: 'stopped' },
    ];
  }
  const position = WAY.findIndex(([step]) => step === status);
  return WAY.map(([step, label], index) => ({
    status: step,
    label,
    at: reachedAt(step),
    state:
      index < position || status === 'DELIVERED' ? ('done' as const) : index === position ? 'now' : 'next',
  }));
}

export function wordsOfStatus({ status, payment }: OrderPartsFragment): {
  readonly title: string;
  readonly text: string;
} {
  switch (status) {
    case 'PENDING':
      return payment?.status === 'FAILED'
        ? {
            title: 'The payment did not go through',
            text: 'Your items are still held for you: pay again below.',
          }
        : {
            title: 'Thank you, we have your order',
            text: 'Your items are held while the payment is on its way.',
          };
    case 'PROCESSING':
      return {
        title: 'Paid, and being packed',
        text: 'We will let you know here as soon as it leaves the house.',
      };
    case 'SHIPPED':
      return { title: 'On its way to you', text: 'The carrier has it.' };
    case 'DELIVERED':
      return { title: 'Delivered', text: 'We hope you like it.' };
    case 'CANCELLED':
      return {
        title: 'This order was cancelled',
        text: payment?.refunds.length
          ? 'What you paid is on its way back to you.'
          : 'You were not charged, or your money is on its way back.',
      };
  }
}

export const EVENT_WORDS: Readonly<Record<OrderEventType, string>> = {
  PLACED: 'Order placed',
  PROCESSING: 'Accepted and being packed',
  SHIPPED: 'Handed to the carrier',
  DELIVERED: 'Delivered',
  CANCELLED: 'Cancelled',
  PAYMENT_FAILED: 'A payment was declined',
  PAYMENT_TOO_LATE: 'A payment arrived too late and is being refunded',
  PAYMENT_REFUNDED: 'Money was refunded',
};
