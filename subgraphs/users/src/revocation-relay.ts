import { connectRedis } from '@cartograph/events/redis';
import { REVOCATIONS_STREAM, type Logger, type Revocation } from '@cartograph/service-kit';
import type { UsersStore } from './store/store.js';

/** How long a revocation that another process or a command stored may wait; the own ones are sent at once. */
const POLL_MS = 500;
const BATCH = 500;
const FORGET_EVERY_MS = 60_000;
/** No token lives for longer than an hour, so no older entry matters to anyone. */
const KEEP_MS = 3_600_000;

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
  let isSendingAll = true;
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

  async function add(entries: readonly Revocation[]): Promise<void> {
    const oldest = Date.now() - KEEP_MS;
    for (const entry of entries)
      await client.xadd(REVOCATIONS_STREAM, 'MINID', '~', oldest, '*', 'entry', JSON.stringify(entry));
    await client.pexpire(REVOCATIONS_STREAM, KEEP_MS);
  }

  async function sendAll(): Promise<void> {
    isSendingAll = false;
    let after = '0';
    for (;;) {
      const rows = await store.findRevocations({ after, first: BATCH, now: new Date() });
      if (rows.length === 0) return;
      await add(rows.map(({ entry }) => entry));
      after = rows.at(-1)!.position;
    }
  }

  async function send(): Promise<void> {
    if (isSendingAll) await sendAll();
    for (;;) {
      const rows = await store.findRevocations({ unsent: true, first: BATCH, now: new Date() });
      if (rows.length === 0) break;
      await add(rows.map(({ entry }) => entry));
      await store.markRevocationsSent(
        rows.map(({ position }) => position),
        new Date(),
      );
    }
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
      await running;
      client.disconnect();
    },
  };
}
