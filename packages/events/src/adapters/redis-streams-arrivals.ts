import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisClient } from './redis-streams-connection.js';

const BLOCK_MS = 5000;
const READ_COUNT = 10;

export interface ArrivalsOptions {
  /** A connection of its own: it waits in blocking reads. */
  readonly blocking: RedisClient;
  readonly stream: string;
  readonly group: string;
  readonly types: readonly string[];
  /** Called when an event was skipped because this consumer does not handle its type. */
  readonly onPassed: () => void;
  readonly signal: AbortSignal;
}

/** Gives a function that settles when something for the group came after `lastId`, or after a while. */
export function createArrivals(options: ArrivalsOptions): (lastId: string) => Promise<unknown> {
  const { blocking, stream, group, onPassed, signal } = options;
  const wanted = new Set(options.types);
  /** Only one read waits at a time. */
  let reading: Promise<unknown> | undefined;

  /** As the scripts see it; what only newer processes of the group want wakes those. */
  function isWanted([, fields]: [id: string, fields: string[]]): boolean {
    const only = fieldOf(fields, 'only');
    if (only) return only === group;
    const type = fieldOf(fields, 'type');
    return !type || wanted.has(type);
  }

  async function untilWanted(from: string): Promise<void> {
    for (let lastId = from; ;) {
      const answer = await blocking.xread('COUNT', READ_COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', stream, lastId);
      const entries = answer?.[0]?.[1] ?? [];
      if (entries.length === 0 || entries.some(isWanted)) return;
      onPassed();
      lastId = entries.at(-1)![0];
    }
  }

  return (lastId) => {
    reading ??= untilWanted(lastId)
      .catch(() => sleep(200, undefined, { signal }).catch(() => {}))
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
}

function fieldOf(fields: readonly string[], name: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1];
  return undefined;
}
