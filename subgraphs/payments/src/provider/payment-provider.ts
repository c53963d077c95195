import { setTimeout as delay } from 'node:timers/promises';
import type { Money } from '@cartograph/money';

export interface ChargeRequest {
  /** The provider charges at most once per key, whatever else the requests say. */
  readonly idempotencyKey: string;
  readonly amount: Money;
  /** Stands for the customer's means of payment; `null` lets the provider decide. */
  readonly token: string | null;
}

export type ChargeResult =
  { readonly status: 'succeeded' } | { readonly status: 'declined'; readonly reason: string };

export interface RefundRequest {
  readonly idempotencyKey: string;
  /** The key of the charge to refund. */
  readonly chargeKey: string;
  readonly amount: Money;
}

/** What a provider reports on its own, at least once and in any order. */
export interface ChargeCallback {
  readonly idempotencyKey: string;
  readonly result: ChargeResult;
}

/** The outside world that moves money. */
export interface PaymentProvider {
  /**
   * Charges. Repeating a key repeats its result.
   * @throws ProviderUnavailable if it is not known whether the charge was made
   */
  charge(request: ChargeRequest): Promise<ChargeResult>;
  /** The result of an earlier charge; `undefined` if no charge with that key was made. */
  findCharge(idempotencyKey: string): Promise<ChargeResult | undefined>;
  /**
   * Refunds. Repeating a key refunds once.
   * @throws ProviderUnavailable if it is not known whether the refund was made
   */
  refund(request: RefundRequest): Promise<void>;
  /** Where callbacks go; they are repeated until the listener resolves. */
  onCallback(listener: (callback: ChargeCallback) => Promise<void>): void;
  close(): Promise<void>;
}

/** No answer, or none that can be trusted: the charge or refund is in doubt. */
export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable';
}

/**
 * Waits for a call to the provider.
 * @throws ProviderUnavailable after `timeoutMs`
 */
export async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const timer = new AbortController();
  const timeout = delay(timeoutMs, undefined, { signal: timer.signal, ref: false }).then(() => {
    throw new ProviderUnavailable(`No answer within ${timeoutMs} ms.`);
  });
  timeout.catch(() => undefined);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    timer.abort();
  }
}
