import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@cartograph/kit';
import type {
  ChargeCallback,
  ChargeRequest,
  ChargeResult,
  PaymentProvider,
  RefundRequest,
} from './payment-provider.js';
import { ProviderUnavailable } from './payment-provider.js';

/**
 * Where the simulated provider keeps its books: apart from the service's tables and outside its transactions,
 * since the real one would be another company.
 */
export interface ProviderBooks {
  /** Enters a charge if its key is new; else gives the result that stands under the key already. */
  enterCharge(key: string, amountMinor: number, result: ChargeResult): Promise<ChargeResult | undefined>;
  findCharge(key: string): Promise<ChargeResult | undefined>;
  /** Enters a refund if its key is new. */
  enterRefund(key: string, chargeKey: string, amountMinor: number): Promise<void>;
}

export interface SimulationOptions {
  /** Share of charges that succeed, 0 to 1, where the token does not decide. */
  readonly successRate: number;
  /** How long a charge takes, in milliseconds. */
  readonly delayMs: number;
  /** Share of charges that are made, but whose answer is lost. */
  readonly lostAnswerRate: number;
  /** Whether callbacks come twice, late and in any order. */
  readonly unrulyCallbacks: boolean;
  readonly random?: () => number;
}

/** After its answer, as providers do: who has heard the answer need not fight the callback over the same payment. */
const CALLBACK_DELAY_MS = 100;

/**
 * A provider for development and tests. Tokens decide for themselves: `tok_ok` succeeds, `tok_declined` is
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

  /** The same key always meets the same fate, so that a repeated charge cannot change its mind. */
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
          // Reconciliation finds out what a lost callback would have said.
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
