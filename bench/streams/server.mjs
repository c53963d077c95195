// A bare graphql-ws server whose streams tick when told to on stdin: `tick CHANNEL`. Prints its port.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { TYPE_DEFS } from './schema.mjs';

const waiting = new Map();
/** An iterator of one channel's ticks; a generator's return() would hang behind a pending next(). */
function ticksOf(channel) {
  const queue = [];
  let wake;
  const push = (tick) => (wake ? (wake({ value: tick, done: false }), (wake = undefined)) : queue.push(tick));
  waiting.set(channel, push);
  return {
    next: () =>
      queue.length > 0
        ? Promise.resolve({ value: queue.shift(), done: false })
        : new Promise((resolve) => (wake = resolve)),
    return: () => {
      waiting.delete(channel);
      wake?.({ value: undefined, done: true });
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const schema = buildSubgraphSchema({
  typeDefs: parse(TYPE_DEFS),
  resolvers: { Subscription: { ticks: { subscribe: (_, { channel }) => ticksOf(channel) } } },
});
const http = createServer((_request, response) => response.writeHead(404).end());
useServer({ schema }, new WebSocketServer({ server: http, path: '/graphql' }));
http.listen(0, '127.0.0.1', () => console.log(http.address().port));

const sentAt = () => Number(process.hrtime.bigint()) / 1e6;
createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, argument] = line.split(' ');
  if (command === 'count') console.log(waiting.size);
  else waiting.get(Number(argument))?.({ ticks: { channel: Number(argument), sentAt: sentAt() } });
});
process.stdin.on('end', () => process.exit(0));
