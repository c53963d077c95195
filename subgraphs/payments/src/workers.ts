import { setTimeout as delay } from 'node:timers/promises';
import { createWorker, type Logger, type Worker } from '@cartograph/service-kit';
import { ProviderUnavailable, type PaymentProvider } from './provider/payment-provider.js';
import type { PaymentsService } from './service.js';
import type { DueAttempt, DueRefund, PaymentsStore } from './store/store.js';

export interface WorkerDependencies {
  readonly store: PaymentsStore;
  readonly service: PaymentsService;
  readonly provider: PaymentProvider;
  readonly logger: Logger;
  readonly concurrency: number;
  /** Milliseconds after which an unanswered call counts as in doubt. */
  readonly timeoutMs: number;
}

/** How long to wait before asking about a charge in doubt again: longer the longer it has been in doubt. */
export function doubtDelayMs(ageMs: number): number {
  return Math.min(60_000, Math.max(500, ageMs / 2));
}

/** Carries out charges and refunds, and asks the provider about every charge left in doubt. */
export function createPaymentWorkers({
  store,
  service,
  provider,
  logger,
  concurrency,
  timeoutMs,
}: WorkerDependencies): Worker[] {
  // A claim outlives the call it covers, so that no second process sends the same charge meanwhile; if one does
  // after all (this one was paused), the provider's idempotency holds.
  const claimUntil = () => new Date(Date.now() + timeoutMs + 5_000);

  async function charge({ attempt, payment }: DueAttempt): Promise<void> {
    try {
      const known =
        attempt.status === 'IN_DOUBT' || payment.isOrderCancelled
          ? await within(provider.findCharge(attempt.id), timeoutMs)
          : undefined;
      if (known) return await service.settleAttempt(attempt.id, known);
      if (payment.isOrderCancelled) return await service.abandonAttempt(attempt.id);
      const request = { idempotencyKey: attempt.id, amount: payment.amount, token: attempt.token };
      await service.settleAttempt(attempt.id, await within(provider.charge(request), timeoutMs));
    } catch (error) {
      if (!(error instanceof ProviderUnavailable)) throw error;
      logger.warn({ orderId: payment.orderId, attempt: attempt.number }, 'A charge is in doubt');
      await service.doubtAttempt(
        attempt.id,
        new Date(Date.now() + doubtDelayMs(Date.now() - attempt.startedAt.getTime())),
      );
    }
  }

  async function refund({ refund: due, chargeKey }: DueRefund): Promise<void> {
    await within(provider.refund({ idempotencyKey: due.id, chargeKey, amount: due.amount }), timeoutMs);
    await service.confirmRefund(due);
  }

  return [
    createWorker({
      name: 'charges',
      claim: (limit) => store.claimAttempts(limit, claimUntil()),
      run: charge,
      concurrency,
      logger,
    }),
    createWorker({
      name: 'refunds',
      claim: (limit) => store.claimRefunds(limit, claimUntil()),
      run: refund,
      concurrency,
      logger,
    }),
  ];
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
