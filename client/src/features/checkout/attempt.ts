import type { CheckoutInput } from '../../generated/schema.js';
import { newIdempotencyKey } from '../../lib/idempotency-key.js';
import { personalValue } from '../../session/storage.js';

/** One purchase, from the moment the checkout is opened until its order is known. All tabs share it. */
export interface Attempt {
  /** Stays the same until there is an order: a refusal does not use it up. */
  readonly idempotencyKey: string;
  /** What was sent and not answered yet: there may be an order already. */
  readonly sent: CheckoutInput | null;
  /** The order that the cart has become. */
  readonly order: OrderName | null;
}

export interface OrderName {
  readonly id: string;
  readonly number: string;
}

export const sharedAttempt = personalValue<Attempt>('browser', 'checkout');

/** The purchase under way, or a new one. Tabs get their key before anything is sent, so two of them cannot buy twice. */
export function joinAttempt(): Attempt {
  const now = sharedAttempt.get();
  if (now?.idempotencyKey && !now.order) return now;
  const next: Attempt = { idempotencyKey: newIdempotencyKey(), sent: null, order: null };
  sharedAttempt.set(next);
  return next;
}

export type Draft = Readonly<Record<string, string>>;

/** What was typed so far, in this tab. */
export const draft = personalValue<Draft>('tab', 'checkout-draft');
