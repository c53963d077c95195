import { setTimeout as delay } from 'node:timers/promises';
import { connectRedis } from '@cartograph/events/redis';
import { REVOCATIONS_STREAM, type Logger } from '@cartograph/kit';
import type { UsersStore } from './store/store.js';

/** How long a revocation that another process or a command stored may wait; the own ones are sent at once. */
const POLL_MS = 500;
const BATCH = 500;
const FORGET_EVERY_MS = 60_000;
/** An hour, which is the longest life of a token, and a margin for clocks that differ. */
const KEEP_MS = 75 * 60_000;
/** How long a relay that is stopped goes on sending. */
const FINISH_WITHIN_MS = 500;

export interface RevocationRelay {
  /** A transaction has stored a revocation. */
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Passes revocations on from the database, where they are stored with what caused them, to Redis, where gateways and
 * subgraphs follow them. Sending twice does no harm. When Redis comes back, perhaps without its data, all that still
 * matter are sent again.
 */
export function startRevocationRelay(
  url: string,
  store: Pick<UsersStore, 'findRevocations' | 'markRevocationsSent' | 'deleteRevocations'>,
  logger: Pick<Logger, 'warn'>,
): RevocationRelay {
  const client = connectRedis(url, 'users-revocations');
  let isStopped = false;
  let isSendingAll = false;
  let isAway = false;
  let forgotAt = 0;
  let wakeUp: (() => void) | undefined;
  let isWoken = false;
  client.on('ready', () => {
    isSendingAll = true;
    wake();
  });

  function wake(): void {
    isWoken = true;
    wakeUp?.();
  }

  /** @param which all that still matter, or those that were not sent yet */
  async function pass(which: { readonly unsent: boolean }): Promise<void> {
    let after = '0';
    for (;;) {
      const rows = await store.findRevocations({ ...which, after, first: BATCH, now: new Date() });
      if (rows.length === 0) return;
      const oldest = Date.now() - KEEP_MS;
      for (const { entry } of rows)
        await client.xadd(REVOCATIONS_STREAM, 'MINID', '~', oldest, '*', 'entry', JSON.stringify(entry));
      await client.pexpire(REVOCATIONS_STREAM, KEEP_MS);
      await store.markRevocationsSent(
        rows.map(({ position }) => position),
        new Date(),
      );
      after = rows.at(-1)!.position;
    }
  }

  async function send(): Promise<void> {
    const unsent = !isSendingAll;
    isSendingAll = false;
    await pass({ unsent });
    if (Date.now() - forgotAt < FORGET_EVERY_MS) return;
    forgotAt = Date.now();
    await store.deleteRevocations(new Date());
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      isWoken = false;
      try {
        if (client.status === 'ready') {
          await send();
          isAway = false;
        }
      } catch (error) {
        isSendingAll = true;
        if (!isAway && !isStopped)
          logger.warn({ err: error }, 'Revocations wait: Redis or the database does not answer');
        isAway = true;
        // A server that is frozen, or gone without a word, does not end its connection.
        if (client.status === 'ready') client.disconnect(true);
      }
      if (isWoken && !isAway) continue;
      await new Promise<void>((resolve) => {
        wakeUp = resolve;
        setTimeout(resolve, POLL_MS).unref();
      });
    }
  }
  const running = run();

  return {
    wake,
    async stop() {
      isStopped = true;
      wake();
      await Promise.race([running, delay(FINISH_WITHIN_MS, undefined, { ref: false })]);
      // What is under way fails; it stays in the database for another process.
      client.disconnect();
      await running;
    },
  };
}
