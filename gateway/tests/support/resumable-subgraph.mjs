// A subgraph as a process of its own, to be killed: PORT, SDL, and EVENTS, a file with an event a line, which is all that
// it knows. Its stream replays the events after a cursor, then new ones; without a cursor, all of them.
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const { PORT, SDL, EVENTS } = process.env;

async function* eventsAfter(cursor) {
  let sent = cursor;
  let wake = () => undefined;
  const watcher = watch(EVENTS, () => wake());
  try {
    for (;;) {
      const changed = new Promise((resolve) => (wake = resolve));
      // The line after the last line break is still being written.
      const lines = (await readFile(EVENTS, 'utf8')).split('\n').slice(0, -1);
      for (; sent < lines.length; sent++) yield { cursor: String(sent + 1), status: lines[sent] };
      await changed;
    }
  } finally {
    watcher.close();
  }
}

const schema = buildSubgraphSchema({
  typeDefs: parse(SDL),
  resolvers: {
    Subscription: {
      events: {
        subscribe: (_, { after }) => eventsAfter(Number(after ?? 0)),
        resolve: (event) => event,
      },
    },
  },
});
const server = createServer();
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
server.listen(Number(PORT), '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
