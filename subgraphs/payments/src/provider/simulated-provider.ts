import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@cartograph/kit';
import type { DataSource } from 'typeorm';
import type { PaymentsConfig } from '../config.js';
import type {
  ChargeCallback,
  ChargeRequest,
  ChargeResult,
  PaymentProvider,
  RefundRequest,
} from './payment-provider.js';
import { ProviderUnavailable } from './payment-provider.js';
import { createProviderBooks, type ProviderBooks } from './provider-books.js';

export interface SimulationOptions {
  /** Share of charges that succeed, 0 to 1, where the token does not decide. */
  readonly successRate: number;
  /** How long a charge takes, in milliseconds. */
  readonly delayMs: number;
  /** Share of charges that are made, but whose answer is lost. */
  readonly lostAnswerRate: number;
  /** Whether callbacks arrive twice, late and in any order. */
  readonly unrulyCallbacks: boolean;
  readonly random?: () => number;
}

/** After the answer, as providers do: the process that has the answer then rarely meets the callback at the same row. */
const CALLBACK_DELAY_MS = 100;

interface Deps {
  readonly database: DataSource;
  readonly config: Pick<
    PaymentsConfig,
    'PAYMENT_SUCCESS_RATE' | 'PAYMENT_DELAY_MS' | 'PAYMENT_LOST_ANSWER_RATE' | 'PAYMENT_UNRULY_CALLBACKS'
  >;
  readonly logger: Logger;
}

/** The provider that a configuration describes. */
export const createProvider = ({ database, config, logger }: Deps): PaymentProvider =>
  createSimulatedProvider(
    createProviderBooks(database),
    {
      successRate: config.PAYMENT_SUCCESS_RATE,
      delayMs: config.PAYMENT_DELAY_MS,
      lostAnswerRate: config.PAYMENT_LOST_ANSWER_RATE,
      unrulyCallbacks: config.PAYMENT_UNRULY_CALLBACKS,
    },
    logger,
  );

/**
 * A provider for development and tests. The token decides the result: `tok_ok` succeeds, `tok_declined` is
 * declined, `tok_slow` succeeds after five times the delay, `tok_flaky` succeeds but loses its first answer.
 */
export function createSimulatedProvider(
  books: ProviderBooks,
  options: SimulationOptions,
  logger: Logger,
): PaymentProvider {
  const random = options.random ?? Math.random;
  const stopping = new AbortController();
  const callbacks = new Set<Promise<void>>();
  let listener: ((callback: ChargeCallback) => Promise<void>) | undefined;

  /** The same key always has the same result, so that repeating a charge does not change it. */
  const decide = ({ idempotencyKey, token }: ChargeRequest): ChargeResult => {
    if (token === 'tok_ok' || token === 'tok_slow' || token === 'tok_flaky') return { status: 'succeeded' };
    if (token === 'tok_declined') return { status: 'declined', reason: 'The card was declined.' };
    const share = createHash('sha256').update(idempotencyKey).digest().readUInt32BE(0) / 2 ** 32;
    return share < options.successRate
      ? { status: 'succeeded' }
      : { status: 'declined', reason: 'The bank refused the payment.' };
  };

  const callBack = (callback: ChargeCallback): void => {
    const times = options.unrulyCallbacks ? 2 : 1;
    for (let time = 0; time < times; time++) {
      const sending = (async () => {
        const afterMs = options.unrulyCallbacks ? random() * 2 * options.delayMs : CALLBACK_DELAY_MS;
        await delay(afterMs, undefined, { signal: stopping.signal });
        await listener?.(callback);
      })()
        .catch((error: unknown) => {
          // The charge worker asks about what a lost callback would have said.
          if (!stopping.signal.aborted)
            logger.warn({ err: error }, 'A callback of the payment provider was lost');
        })
        .finally(() => callbacks.delete(sending));
      callbacks.add(sending);
    }
  };

  return {
    async charge(request) {
      await delay(options.delayMs * (request.token === 'tok_slow' ? 5 : 1), undefined, {
        signal: stopping.signal,
      }).catch(() => {
        throw new ProviderUnavailable('The provider closed the connection.');
      });
      const result = decide(request);
      const before = await books.enterCharge(request.idempotencyKey, request.amount.minor, result);
      if (before) return before;
      callBack({ idempotencyKey: request.idempotencyKey, result });
      if (request.token === 'tok_flaky' || random() < options.lostAnswerRate)
        throw new ProviderUnavailable('The provider did not answer in time.');
      return result;
    },
    findCharge: (key) => books.findCharge(key),
    refund: ({ idempotencyKey, chargeKey, amount }: RefundRequest) =>
      books.enterRefund(idempotencyKey, chargeKey, amount.minor),
    onCallback(next) {
      listener = next;
    },
    async close() {
      stopping.abort();
      await Promise.allSettled(callbacks);
    },
  };
}
