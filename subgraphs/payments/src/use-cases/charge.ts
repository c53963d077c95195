import type { Clock, Logger } from '@cartograph/kit';
import type { PaymentAttempt } from '../domain/payment.js';
import { ProviderUnavailable, within, type PaymentProvider } from '../provider/payment-provider.js';
import type { SeenAttempt } from '../store/store.js';
import type { SettleAttempt } from './settle-attempt.js';

interface Deps {
  readonly provider: PaymentProvider;
  readonly settling: SettleAttempt;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds after which an unanswered call counts as in doubt. */
  readonly timeoutMs: number;
}

/** Sends a charge that is due, or asks the provider about one that is in doubt. */
export function createCharge({ provider, settling, clock, logger, timeoutMs }: Deps) {
  /** The longer an attempt has been open, the longer it waits. */
  const waitMs = ({ startedAt }: PaymentAttempt) =>
    Math.max(500, (clock().getTime() - startedAt.getTime()) / 2);
  const after = (ms: number) => new Date(clock().getTime() + ms);

  return async (seen: SeenAttempt): Promise<void> => {
    const { attempt, payment } = seen;
    try {
      const known =
        attempt.status !== 'PENDING' || payment.isOrderCancelled
          ? await within(provider.findCharge(attempt.id), timeoutMs)
          : undefined;
      if (known) return await settling.settleAttempt(seen, known);
      // Asked about ever more rarely, for a day: after that the store no longer returns it.
      if (payment.isOrderCancelled) return await settling.abandonAttempt(attempt.id, after(waitMs(attempt)));
      const request = { idempotencyKey: attempt.id, amount: payment.amount, token: attempt.token };
      await settling.settleAttempt(seen, await within(provider.charge(request), timeoutMs));
    } catch (error) {
      if (!(error instanceof ProviderUnavailable)) throw error;
      logger.warn({ orderId: payment.orderId, attempt: attempt.number }, 'A charge is in doubt');
      // Its customer waits for the answer.
      await settling.doubtAttempt(attempt.id, after(Math.min(60_000, waitMs(attempt))));
    }
  };
}
