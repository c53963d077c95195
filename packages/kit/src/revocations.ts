import { connectRedis, type RedisConnection } from '@cartograph/events/redis';
import { z } from 'zod';
import type { Identity, UserIdentity } from './identity.js';
import type { Logger } from './logger.js';

/** The Redis stream to which the users service adds what it revokes: list and push in one. */
export const REVOCATIONS_STREAM = 'users:revocations';

/**
 * Which access tokens count no longer: all of a session that has ended, or those of a user that were issued before their
 * rights changed. An entry matters until the last such token has expired (`endsAt`, ms since the epoch).
 */
const revocation = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('session'), id: z.string(), at: z.number(), endsAt: z.number() }),
  z.object({
    kind: z.literal('user'),
    id: z.string(),
    /** Tokens with a smaller epoch are refused. */
    epoch: z.number(),
    at: z.number(),
    endsAt: z.number(),
  }),
]);

export type Revocation = z.infer<typeof revocation>;

/** About 20 MB. */
const MAX_ENTRIES = 100_000;
const PURGE_EVERY_MS = 60_000;

/** What is revoked at present, in memory: asking costs no round trip. */
export class RevocationList {
  readonly #entries = new Map<string, Revocation>();
  #purgedAt = 0;
  /** Tokens issued up to then are refused: entries about some of them had to be dropped. */
  #refusedUntil = 0;

  constructor(private readonly maxEntries = MAX_ENTRIES) {}

  get size(): number {
    return this.#entries.size;
  }

  /** @returns whether it says more than what was known */
  add(entry: Revocation, now = Date.now()): boolean {
    if (entry.endsAt <= now) return false;
    const key = `${entry.kind}:${entry.id}`;
    const known = this.#entries.get(key);
    if (known && known.endsAt >= entry.endsAt && epochOf(known) >= epochOf(entry)) return false;
    this.#entries.delete(key);
    this.#entries.set(
      key,
      known && epochOf(known) > epochOf(entry) ? { ...known, endsAt: entry.endsAt } : entry,
    );
    if (now - this.#purgedAt > PURGE_EVERY_MS || this.#entries.size > this.maxEntries) this.#purge(now);
    return true;
  }

  refuses({ userId, sessionId, tokenEpoch, issuedAt }: UserIdentity): boolean {
    if (this.#entries.size === 0) return false;
    if (issuedAt !== undefined && issuedAt <= this.#refusedUntil) return true;
    if (this.#entries.has(`session:${sessionId}`)) return true;
    const user = this.#entries.get(`user:${userId}`);
    return user !== undefined && (tokenEpoch ?? 0) < epochOf(user);
  }

  /** Forgets what has no more tokens; if that is not enough, the oldest entries give way to a rule that covers more. */
  #purge(now: number): void {
    this.#purgedAt = now;
    for (const [key, { endsAt }] of this.#entries) if (endsAt <= now) this.#entries.delete(key);
    if (this.#entries.size <= this.maxEntries) return;
    for (const [key, { at }] of this.#entries) {
      if (this.#entries.size <= this.maxEntries / 2) return;
      this.#entries.delete(key);
      this.#refusedUntil = Math.max(this.#refusedUntil, at);
    }
  }
}

const epochOf = (entry: Revocation): number => (entry.kind === 'user' ? entry.epoch : 0);

export interface RevocationWatcher {
  refuses(identity: Identity): boolean;
  /** Calls back, soon after, when more is revoked. */
  onChange(listener: () => void): void;
  /** Resolves when the list has been read, or cannot be for now. */
  readonly ready: Promise<void>;
  close(): void;
}

const BLOCK_MS = 1_000;
/** An answer later than this is a connection that has died without a word. */
const ANSWER_WITHIN_MS = 2_500;
const PAUSE_MS = 200;
const READY_WITHIN_MS = 1_000;
const COUNT = 1_000;
/** Many changes at once cause one look at all sockets. */
const NOTIFY_AFTER_MS = 50;

/**
 * Follows the revocations in Redis. After each interruption the whole stream is read again, so nothing is missed. While
 * Redis is away, what is known stays, and further access tokens count until they expire.
 * @param url one address, or several with commas for a Redis Cluster
 */
export function watchRevocations(url: string, logger: Pick<Logger, 'warn' | 'info'>): RevocationWatcher {
  const list = new RevocationList();
  const listeners = new Set<() => void>();
  const client = connectRedis(url, 'revocations');
  let isClosed = false;
  let isAway = false;
  let notifying: NodeJS.Timeout | undefined;
  let becomeReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => (becomeReady = resolve));
  const readyTimer = setTimeout(becomeReady, READY_WITHIN_MS);
  readyTimer.unref();

  const notify = (): void => {
    notifying ??= setTimeout(() => {
      notifying = undefined;
      for (const listener of listeners) listener();
    }, NOTIFY_AFTER_MS).unref();
  };

  /** @returns the id of the last entry read, and whether that was the last there is */
  async function read(after: string): Promise<{ last: string | undefined; isAll: boolean }> {
    const block = after === '0' ? [] : (['BLOCK', BLOCK_MS] as const);
    const answer = (await within(
      ANSWER_WITHIN_MS,
      client.call('XREAD', 'COUNT', COUNT, ...block, 'STREAMS', REVOCATIONS_STREAM, after),
    )) as [key: string, entries: [id: string, fields: string[]][]][] | null;
    const entries = answer?.[0]?.[1] ?? [];
    let isNew = false;
    for (const [, fields] of entries) {
      const entry = parse(fields[fields.indexOf('entry') + 1]);
      if (entry && list.add(entry)) isNew = true;
    }
    if (isNew) notify();
    return { last: entries.at(-1)?.[0], isAll: entries.length < COUNT };
  }

  async function follow(): Promise<void> {
    let after = '0';
    while (!isClosed) {
      try {
        await untilConnected(client);
        const { last, isAll } = await read(after);
        // An id before all others: "0" itself is read without waiting.
        after = last ?? (after === '0' ? '0-1' : after);
        if (isAll) becomeReady();
        if (isAway) logger.info({}, 'Redis answers again: the sessions that ended are known');
        isAway = false;
      } catch (error) {
        if (isClosed) return;
        if (!isAway)
          logger.warn(
            { err: error },
            'Redis does not answer: tokens of sessions that end from now on count until they expire',
          );
        isAway = true;
        after = '0';
        if (error instanceof NoAnswer && client.status === 'ready') client.disconnect(true);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
      }
    }
  }
  void follow();

  return {
    refuses: (identity) => identity.kind === 'user' && list.refuses(identity),
    onChange: (listener) => void listeners.add(listener),
    ready,
    close() {
      isClosed = true;
      clearTimeout(readyTimer);
      clearTimeout(notifying);
      becomeReady();
      client.disconnect();
    },
  };
}

/** Waits while a connection is being made. @throws NoAnswer if that takes too long */
function untilConnected(client: RedisConnection): Promise<unknown> | undefined {
  if (client.status === 'ready') return undefined;
  let connected = (): void => undefined;
  const connecting = new Promise<void>((resolve) => client.once('ready', (connected = resolve)));
  return within(ANSWER_WITHIN_MS, connecting).finally(() => client.off('ready', connected));
}

class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswer(`No answer within ${milliseconds} ms`)), milliseconds);
    timer.unref();
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function parse(text: string | undefined): Revocation | undefined {
  try {
    const read = revocation.safeParse(JSON.parse(text ?? ''));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}
