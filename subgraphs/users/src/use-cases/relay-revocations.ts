import { setTimeout as delay } from 'node:timers/promises';
import type { BackgroundWorker, Logger } from '@cartograph/kit';
import type { RevocationLog, RevocationStream } from '../store/store.js';

/** How long a revocation that another process or a command stored may wait. This process sends its own at once. */
const POLL_MS = 500;
const BATCH = 500;
const DELETE_EVERY_MS = 60_000;
/** How long a relay that is stopping may go on sending. */
const FINISH_WITHIN_MS = 500;

export interface RevocationRelay extends BackgroundWorker {
  /** Call after a commit that stored a revocation: it is sent at once. */
  wake(): void;
}

interface Deps {
  /** @param onConnected called after each connection; Redis may have lost its data before it */
  readonly openStream: (onConnected: () => void) => RevocationStream;
  readonly log: RevocationLog;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Sends revocations from the database, where they are stored in the transactions that cause them, to the Redis stream that
 * gateways and subgraphs follow. Sending one twice does no harm. After each connection, all revocations of tokens that have
 * not expired are sent again, since Redis may have lost its data.
 */
export function createRevocationRelay({ openStream, log, logger }: Deps): RevocationRelay {
  let stream: RevocationStream | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;
  let isSendingAll = false;
  let isFailing = false;
  let deletedAt = 0;
  let isWoken = false;
  let wakeUp: (() => void) | undefined;

  function wake(): void {
    isWoken = true;
    wakeUp?.();
  }

  async function sendPending(to: RevocationStream): Promise<void> {
    const unsent = !isSendingAll;
    isSendingAll = false;
    let after = '0';
    for (;;) {
      const rows = await log.findRevocations({ unsent, after, first: BATCH, now: new Date() });
      if (rows.length === 0) break;
      await to.append(rows.map(({ entry }) => entry));
      await log.markRevocationsSent(
        rows.map(({ position }) => position),
        new Date(),
      );
      after = rows.at(-1)!.position;
    }
    if (Date.now() - deletedAt < DELETE_EVERY_MS) return;
    deletedAt = Date.now();
    await log.deleteRevocations(new Date());
  }

  async function run(to: RevocationStream): Promise<void> {
    while (!isStopped) {
      isWoken = false;
      try {
        if (to.isConnected) {
          await sendPending(to);
          isFailing = false;
        }
      } catch (error) {
        isSendingAll = true;
        if (!isFailing && !isStopped)
          logger.warn({ err: error }, 'Could not send revocations: Redis or the database is unavailable');
        isFailing = true;
        to.reconnect();
      }
      if (isWoken && !isFailing) continue;
      await new Promise<void>((resolve) => {
        wakeUp = resolve;
        setTimeout(resolve, POLL_MS).unref();
      });
    }
  }

  return {
    wake,
    start() {
      if (running) return;
      isStopped = false;
      stream = openStream(() => {
        isSendingAll = true;
        wake();
      });
      running = run(stream);
    },
    async stop() {
      isStopped = true;
      wake();
      await Promise.race([running, delay(FINISH_WITHIN_MS, undefined, { ref: false })]);
      // What is being sent fails now. It stays in the database, and another process sends it.
      stream?.close();
      await running;
      running = undefined;
    },
  };
}
