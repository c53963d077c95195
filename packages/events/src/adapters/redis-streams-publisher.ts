import { BusLossError, type BusRecovery } from '../bus.js';
import { groupByAggregate, type AnyEvent } from '../envelope.js';
import type { Aggregate } from '../types.js';
import { keysOf, type RedisClient } from './redis-streams-connection.js';
import { runScript, SCRIPTS } from './redis-streams-scripts.js';

/** Scripts take the arguments of a consumer group first; publishers have none. */
const NO_GROUP = ['', ''] as const;

/**
 * Adds events to the stream of an aggregate.
 * @param known the publisher's last mark; undefined if it does not matter; 'again' for events that were sent before
 * @returns the mark of these events
 * @throws BusLossError if Redis has a lower mark
 */
export async function publishTo(
  client: RedisClient,
  aggregate: Aggregate,
  events: readonly AnyEvent[],
  known: number | 'again' | undefined,
): Promise<number> {
  const { stream, mark } = keysOf(aggregate);
  const [isAdded, value] = (await runScript(
    client,
    SCRIPTS.publish,
    [stream, mark],
    [
      ...NO_GROUP,
      known ?? '',
      ...events.flatMap((event) => [event.type, event.aggregateId, JSON.stringify(event)]),
    ],
  )) as [0 | 1, number];
  if (isAdded === 0) throw new BusLossError(aggregate, value, Number(known));
  return value;
}

export function createRedisRecovery(client: RedisClient): BusRecovery {
  return {
    async lossOf(aggregate, knownMark) {
      const keys = keysOf(aggregate);
      const [mark, since] = await client.mget(keys.mark, keys.resend);
      const heldMark = Number(mark ?? 0);
      if (heldMark < knownMark) return { kind: 'lost', heldMark };
      return since ? { kind: 'asked', since: new Date(Number(since)) } : undefined;
    },
    async resend(events) {
      for (const [aggregate, some] of groupByAggregate(events))
        await publishTo(client, aggregate, some, 'again');
    },
    async recovered(aggregate, knownMark, loss) {
      const { mark, resend } = keysOf(aggregate);
      const request = loss.kind === 'asked' ? loss.since.getTime() : '';
      return (await runScript(
        client,
        SCRIPTS.recovered,
        [mark, resend],
        [...NO_GROUP, knownMark, request],
      )) as number;
    },
    async askForResend(aggregate, since) {
      await runScript(client, SCRIPTS.askResend, [keysOf(aggregate).resend], [...NO_GROUP, since.getTime()]);
    },
  };
}
