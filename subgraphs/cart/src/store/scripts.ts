import { readFileSync } from 'node:fs';
import { Fault } from '@cartograph/kit';
import type { RedisClient } from './redis-client.js';

/** The scripts, and how many keys each takes. All keys of a script share a hash tag, so that a cluster takes it. */
const KEYS = {
  read: 1,
  add: 2,
  set: 1,
  remove: 1,
  clear: 1,
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

/** What every script answers; see scripts/prelude.lua. */
export type ScriptAnswer = [outcome: string, number: number, hash: string[], extra?: string];

const load = (name: string) => readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');

/** Defines the scripts on the client; gives a function that runs one. */
export function defineScripts(client: RedisClient) {
  const prelude = load('prelude');
  for (const [name, numberOfKeys] of Object.entries(KEYS)) {
    client.defineCommand(commandOf(name), { numberOfKeys, lua: `${prelude}\n${load(name)}` });
  }
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

/** Replies that say that Redis cannot serve now, rather than that the command is wrong. */
const NOT_NOW =
  /^(LOADING|CLUSTERDOWN|MASTERDOWN|READONLY|OOM|TRYAGAIN|BUSY|MISCONF|NOREPLICAS|MOVED|ASK|UNBLOCKED)\b/;

/** @throws Fault SERVICE_UNAVAILABLE if Redis does not answer or says that it cannot */
export async function whenAvailable<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (error) {
    const isReply = error instanceof Error && error.name === 'ReplyError';
    if (isReply && !NOT_NOW.test(error.message)) throw error;
    const fault = new Fault(
      'SERVICE_UNAVAILABLE',
      'Carts cannot be reached at the moment; please try again.',
    );
    throw Object.assign(fault, { cause: error });
  }
}
