import type { Cluster, Redis } from 'ioredis';
import { createHash } from 'node:crypto';
import { readScripts } from '../redis.js';

export interface Script {
  readonly text: string;
  readonly sha: string;
}

const texts = readScripts(new URL('./scripts/', import.meta.url), [
  'take',
  'settle',
  'heartbeat',
  'claim',
  'create-group',
  'remove-consumers',
  'trim',
  'replay',
  'publish',
  'resend',
  'ask-resend',
  'recovered',
]);

/** The steps of a consumer group; scripts/prelude.lua explains them. */
export const SCRIPTS = {
  take: script(texts.take),
  settle: script(texts.settle),
  heartbeat: script(texts.heartbeat),
  claim: script(texts.claim),
  createGroup: script(texts['create-group']),
  removeConsumers: script(texts['remove-consumers']),
  trim: script(texts.trim),
  replay: script(texts.replay),
  publish: script(texts.publish),
  resend: script(texts.resend),
  askResend: script(texts['ask-resend']),
  recovered: script(texts.recovered),
} as const;

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Runs a script. Loads it first into a Redis that does not know it: a new or restarted one, or after a failover. */
export async function runScript(
  client: Redis | Cluster,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!String(error).includes('NOSCRIPT')) throw error;
    return client.eval(text, keys.length, ...keys, ...args);
  }
}
