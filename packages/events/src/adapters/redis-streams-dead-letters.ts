import type { DeadLetter, DeadLetterQueue } from '../bus.js';
import { readEvent } from '../envelope.js';
import { keysOf, type RedisClient } from './redis-streams-connection.js';
import { runScript, SCRIPTS } from './redis-streams-scripts.js';

const REPLAY_LIMIT = 10_000;

/** One dead-letter stream per aggregate; ids are `<aggregate>:<stream id>`. */
export function createRedisDeadLetters(client: RedisClient, aggregates: readonly string[]): DeadLetterQueue {
  const locate = (id: string) => {
    const [, aggregate, entry] = /^(\w+):(\d+-\d+)$/.exec(id) ?? [];
    return aggregate && entry && aggregates.includes(aggregate)
      ? { aggregate, entry, keys: keysOf(aggregate) }
      : undefined;
  };

  async function listOf(
    aggregate: string,
    consumer: string | undefined,
    limit: number,
  ): Promise<DeadLetter[]> {
    const found: DeadLetter[] = [];
    for (let from = '-'; ;) {
      const rows = await client.xrange(keysOf(aggregate).dead, from, '+', 'COUNT', 500);
      for (const [id, fields] of rows) {
        const letter = toDeadLetter(aggregate, id, fields);
        if ((!consumer || letter.consumer === consumer) && found.push(letter) >= limit) return found;
      }
      if (rows.length < 500) return found;
      from = `(${rows.at(-1)![0]}`;
    }
  }

  const deadLetters: DeadLetterQueue = {
    async list({ consumer, limit = 100 } = {}) {
      const lists = await Promise.all(aggregates.map((aggregate) => listOf(aggregate, consumer, limit)));
      return lists
        .flat()
        .sort((a, b) => a.failedAt.localeCompare(b.failedAt))
        .slice(0, limit);
    },
    async get(id) {
      const place = locate(id);
      if (!place) return undefined;
      const [row] = await client.xrange(place.keys.dead, place.entry, place.entry);
      return row && toDeadLetter(place.aggregate, row[0], row[1]);
    },
    async replay(id) {
      const place = locate(id);
      if (!place) return false;
      const { stream, dead } = place.keys;
      try {
        // The script's other keys belong to a group, which is not known here and not needed.
        return (
          (await runScript(
            client,
            SCRIPTS.replay,
            [stream, stream, stream, stream, dead],
            ['', '', place.entry],
          )) === 1
        );
      } catch (error) {
        const [, consumer] = /NOCONSUMER (\S+)/.exec(String(error)) ?? [];
        if (!consumer) throw error;
        throw new Error(
          `"${consumer}" does not listen to ${place.aggregate} (any more). Start that service first.`,
          { cause: error },
        );
      }
    },
    async replayAll(options) {
      const failures = new Set<string>();
      let replayed = 0;
      for (const { id } of await deadLetters.list({ ...options, limit: REPLAY_LIMIT })) {
        try {
          if (await deadLetters.replay(id)) replayed++;
        } catch (error) {
          failures.add((error as Error).message);
        }
      }
      return { replayed, failures: [...failures] };
    },
    async remove(id) {
      const place = locate(id);
      return place !== undefined && (await client.xdel(place.keys.dead, place.entry)) === 1;
    },
  };
  return deadLetters;
}

function toDeadLetter(aggregate: string, id: string, flat: string[]): DeadLetter {
  const fields = new Map<string, string>();
  for (let i = 0; i < flat.length; i += 2) fields.set(flat[i]!, flat[i + 1]!);
  const raw = fields.get('event') ?? '';
  return {
    id: `${aggregate}:${id}`,
    consumer: fields.get('consumer') ?? '',
    event: readEvent(raw),
    raw,
    reason: fields.get('reason') ?? '',
    attempts: Number(fields.get('attempts') ?? 0),
    failedAt: fields.get('failedAt') ?? '',
  };
}
