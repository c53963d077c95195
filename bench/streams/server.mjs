// A bare graphql-ws server whose streams tick when told to by a message `{ tick: [channel, …] }`. With PRODUCTS_URL it is
// a whole server that joins products by hand, as one would without a gateway; else the gateway's subgraph. Prints its URL.
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { buildSchema, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { Pool } from 'undici';
import { WebSocketServer } from 'ws';
import { BARE, TICKS, upcOf } from './schema.mjs';

const waiting = new Map();
/** An iterator of one channel's ticks; a generator's return() would hang behind a pending next(). */
function ticksOf(channel) {
  const queue = [];
  let wake;
  const push = (tick) => {
    if (!wake) return queue.push(tick);
    wake({ value: tick, done: false });
    wake = undefined;
  };
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

const productsUrl = process.env.PRODUCTS_URL;
const pool = productsUrl && new Pool(new URL(productsUrl).origin, { connections: 64 });
async function nameByHand({ upc }) {
  const { body } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Product { name } } }',
      variables: { of: [{ __typename: 'Product', upc }] },
    }),
  });
  return JSON.parse(await body.text()).data._entities[0].name;
}

const subscribe = (_, { channel }) => ticksOf(channel);
function bareSchema() {
  const schema = buildSchema(BARE);
  schema.getSubscriptionType().getFields().ticks.subscribe = subscribe;
  schema.getType('Product').getFields().name.resolve = nameByHand;
  return schema;
}
const schema = productsUrl
  ? bareSchema()
  : buildSubgraphSchema({ typeDefs: parse(TICKS), resolvers: { Subscription: { ticks: { subscribe } } } });

const http = createServer((_request, response) => response.writeHead(404).end());
useServer(
  { schema },
  new WebSocketServer({ server: http, path: '/graphql', perMessageDeflate: false, backlog: 4096 }),
);
http.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify(`http://127.0.0.1:${http.address().port}/graphql`)),
);

/** Milliseconds of the clock that all processes of a machine share. */
const now = () => Number(process.hrtime.bigint()) / 1e6;
process.on('message', ({ tick }) => {
  if (!tick) return process.send(waiting.size);
  for (const channel of tick) {
    const product = { __typename: 'Product', upc: upcOf(channel) };
    waiting.get(channel)?.({ ticks: { channel, sentAt: now(), product } });
  }
});
process.on('disconnect', () => process.exit(0));
