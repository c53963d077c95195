import { BusLossError, type BusRecovery } from '../bus.js';
import { groupByAggregate, type AnyEvent } from '../envelope.js';
import type { Aggregate } from '../types.js';
import { keysOf, typesKey, type RedisClient } from './redis-streams-connection.js';
import { runScript, SCRIPTS } from './redis-streams-scripts.js';

/** Scripts take the arguments of a consumer group first; publishers have none. */
const NO_GROUP = ['', ''] as const;

const fieldsOf = (events: readonly AnyEvent[]) =>
  events.flatMap((event) => [event.type, event.aggregateId, JSON.stringify(event)]);

/**
 * Adds events to the stream of an aggregate.
 * @param knownMark the publisher's last mark; undefined if it does not matter
 * @returns the mark of these events
 * @throws BusLossError if Redis has a lower mark
 */
export async function publishTo(
  client: RedisClient,
  aggregate: Aggregate,
  events: readonly AnyEvent[],
  knownMark: number | undefined,
): Promise<number> {
  const { stream, mark } = keysOf(aggregate);
  const args = [...NO_GROUP, knownMark ?? '', ...fieldsOf(events)];
  const [isAdded, value] = (await runScript(client, SCRIPTS.publish, [stream, mark], args)) as [
    0 | 1,
    number,
  ];
  if (isAdded === 0) throw BusLossError.ofMark(aggregate, value, knownMark ?? 0);
  return value;
}

export function createRedisRecovery(client: RedisClient): BusRecovery {
  return {
    async lossOf(aggregate, knownMark) {
      const keys = keysOf(aggregate);
      const heldMark = Number((await client.get(keys.mark)) ?? 0);
      if (heldMark < knownMark) return { kind: 'lost', heldMark };
      const [request] = Object.entries(await client.hgetall(keys.resend));
      if (!request) return undefined;
      const [consumer, since] = request;
      return { kind: 'asked', since: new Date(Number(since)), ...(consumer && { consumer }) };
    },
    async resend(events, loss) {
      const only = (loss.kind === 'asked' && loss.consumer) || '';
      for (const [aggregate, some] of groupByAggregate(events)) {
        const { stream } = keysOf(aggregate);
        const args = [...NO_GROUP, only, ...fieldsOf(some)];
        await runScript(client, SCRIPTS.resend, [stream, typesKey(stream, only)], args);
      }
    },
    async recovered(aggregate, knownMark, loss) {
      const { mark, resend } = keysOf(aggregate);
      const request = loss.kind === 'asked' ? [loss.consumer ?? '', loss.since.getTime()] : [];
      const args = [...NO_GROUP, knownMark, ...request];
      return (await runScript(client, SCRIPTS.recovered, [mark, resend], args)) as number;
    },
    async askForResend(aggregate, since) {
      await runScript(client, SCRIPTS.askResend, [keysOf(aggregate).resend], [...NO_GROUP, since.getTime()]);
    },
  };
}
