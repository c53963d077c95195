import { readScripts } from '@cartograph/events/redis';
import { PublicError } from '@cartograph/kit';
import type { RedisClient } from '@cartograph/kit/redis';

/** How many keys each script takes. All keys of a call share a hash tag, as a cluster requires. */
const KEYS = {
  read: 1,
  add: 2,
  set: 1,
  remove: 1,
  clear: 1,
  'apply-coupon': 1,
  'remove-coupon': 1,
  save: 1,
  restore: 1,
  'begin-merge': 1,
  'end-merge': 1,
  merge: 2,
  claim: 1,
  release: 1,
  'take-ordered': 3,
} as const;

export type ScriptName = keyof typeof KEYS;

/** What every script returns; see scripts/prelude.lua. */
export type ScriptAnswer = [outcome: string, number: number, hash: string[], extra?: string];

const NAMES = Object.keys(KEYS) as ScriptName[];
const scripts = readScripts(new URL('./scripts/', import.meta.url), NAMES);

/** Defines the scripts on the client. @returns a function that runs one */
export function defineScripts(client: RedisClient) {
  for (const name of NAMES)
    client.defineCommand(commandOf(name), { numberOfKeys: KEYS[name], lua: scripts[name] });
  const commands = client as unknown as Record<
    string,
    (...args: (string | number)[]) => Promise<ScriptAnswer>
  >;
  return (
    name: ScriptName,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<ScriptAnswer> => whenAvailable(() => commands[commandOf(name)]!(...keys, ...args));
}

const commandOf = (name: string) => `cart:${name}`;

/** Replies that mean that Redis cannot serve at the moment, and not that the command is wrong. */
const TEMPORARY =
  /^(LOADING|CLUSTERDOWN|MASTERDOWN|READONLY|OOM|TRYAGAIN|BUSY|MISCONF|NOREPLICAS|MOVED|ASK|UNBLOCKED)\b/;

/** @throws PublicError SERVICE_UNAVAILABLE if Redis does not answer, or answers that it cannot serve at the moment */
export async function whenAvailable<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (error) {
    const isReply = error instanceof Error && error.name === 'ReplyError';
    if (isReply && !TEMPORARY.test(error.message)) throw error;
    const unavailable = new PublicError(
      'SERVICE_UNAVAILABLE',
      'Carts are temporarily unavailable. Please try again.',
    );
    throw Object.assign(unavailable, { cause: error });
  }
}
