// A subgraph for `npm run proof:exhaustion`: entities, echoed texts, a response of any size, and a subscription with
// an event every second. Prints its URL when it listens.
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const users = ['1', '2', '3'].map((id) => ({ id, name: `User ${id}` }));
const SUBGRAPHS = {
  users: {
    sdl: `type Query { users: [User!]! echo(text: String): Int large(size: Int!): String }
      type Subscription { ticks(text: String): Int! }
      type User @key(fields: "id") { id: ID! name: String! }`,
    resolvers: {
      Query: {
        users: () => users,
        echo: (_, { text }) => text?.length,
        large: (_, { size }) => 'x'.repeat(Math.min(size, 4 * 1024 * 1024)),
      },
      Subscription: {
        ticks: {
          async *subscribe() {
            for (let tick = 1; ; tick++) {
              await new Promise((resolve) => setTimeout(resolve, 1_000));
              yield { ticks: tick };
            }
          },
        },
      },
      User: { __resolveReference: ({ id }) => users.find((user) => user.id === id) },
    },
  },
  reviews: {
    sdl: `type User @key(fields: "id") { id: ID! reviews: [Review!]! } type Review { id: ID! body: String! author: User! }`,
    resolvers: {
      User: {
        __resolveReference: ({ id }) => ({ id }),
        reviews: ({ id }) => [1, 2].map((n) => ({ id: `${id}-${n}`, body: 'Good', author: { id } })),
      },
    },
  },
};

/** The SDL of each subgraph, for composition. */
export const sdlOf = (name) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])\n${SUBGRAPHS[name].sdl}`;

if (process.argv[1] === import.meta.filename) {
  const name = process.argv[2];
  const schema = buildSubgraphSchema({
    typeDefs: parse(sdlOf(name)),
    resolvers: SUBGRAPHS[name].resolvers,
  });
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const { query, variables, operationName } = JSON.parse(Buffer.concat(chunks).toString());
      const result = await graphql({ schema, source: query, variableValues: variables, operationName });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
    });
  });
  useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
  server.listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${server.address().port}/graphql`);
  });
  process.on('disconnect', () => process.exit(0));
}
