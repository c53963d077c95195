import { setTimeout as delay } from 'node:timers/promises';
import { createWorker, type Logger, type Worker } from '@cartograph/kit';
import type { PaymentAttempt } from './domain/payment.js';
import { ProviderUnavailable, type PaymentProvider } from './provider/payment-provider.js';
import type { PaymentsService } from './service.js';
import type { DueRefund, PaymentsStore, SeenAttempt } from './store/store.js';

export interface WorkerDependencies {
  readonly store: PaymentsStore;
  readonly service: PaymentsService;
  readonly provider: PaymentProvider;
  readonly logger: Logger;
  readonly concurrency: number;
  /** Milliseconds after which an unanswered call counts as in doubt. */
  readonly timeoutMs: number;
}

/**
 * When a claim made now ends. It outlives the call it covers, so that no second process sends the same charge meanwhile;
 * if one does after all (this one was paused), the provider's idempotency holds.
 */
export const claimEnd = (timeoutMs: number): Date => new Date(Date.now() + timeoutMs + 5_000);

/** Longer the longer an attempt has been open. */
const waitFor = ({ startedAt }: PaymentAttempt): number =>
  Math.max(500, (Date.now() - startedAt.getTime()) / 2);

/** When to ask about a charge in doubt again: its customer waits for the answer. */
const doubtUntil = (attempt: PaymentAttempt) => new Date(Date.now() + Math.min(60_000, waitFor(attempt)));

/** When to ask about an abandoned one again: ever more rarely, for a day (the store asks no longer). */
const abandonUntil = (attempt: PaymentAttempt) => new Date(Date.now() + waitFor(attempt));

/** Carries out charges and refunds, and asks the provider about every charge left in doubt. */
export function createPaymentWorkers({
  store,
  service,
  provider,
  logger,
  concurrency,
  timeoutMs,
}: WorkerDependencies): { charges: Worker<SeenAttempt>; refunds: Worker<DueRefund> } {
  const claimUntil = () => claimEnd(timeoutMs);

  async function charge(seen: SeenAttempt): Promise<void> {
    const { attempt, payment } = seen;
    try {
      const known =
        attempt.status !== 'PENDING' || payment.isOrderCancelled
          ? await within(provider.findCharge(attempt.id), timeoutMs)
          : undefined;
      if (known) return await service.settleAttempt(seen, known);
      if (payment.isOrderCancelled) return await service.abandonAttempt(attempt.id, abandonUntil(attempt));
      const request = { idempotencyKey: attempt.id, amount: payment.amount, token: attempt.token };
      await service.settleAttempt(seen, await within(provider.charge(request), timeoutMs));
    } catch (error) {
      if (!(error instanceof ProviderUnavailable)) throw error;
      logger.warn({ orderId: payment.orderId, attempt: attempt.number }, 'A charge is in doubt');
      await service.doubtAttempt(attempt.id, doubtUntil(attempt));
    }
  }

  async function refund({ refund: due, chargeKey }: DueRefund): Promise<void> {
    await within(provider.refund({ idempotencyKey: due.id, chargeKey, amount: due.amount }), timeoutMs);
    await service.confirmRefund(due);
  }

  return {
    charges: createWorker({
      name: 'charges',
      claim: (limit) => store.claimAttempts(limit, claimUntil()),
      run: charge,
      concurrency,
      logger,
    }),
    refunds: createWorker({
      name: 'refunds',
      claim: (limit) => store.claimRefunds(limit, claimUntil()),
      run: refund,
      concurrency,
      logger,
    }),
  };
}

async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
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
