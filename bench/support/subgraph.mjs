// A subgraph that costs next to nothing, so that who asks it is measured: what was asked before is answered as before.
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';

const MAX_ANSWERS = 10_000;

/** Serves SDL and resolvers, whose data must never change, on a free port. @returns its URL */
export async function startSubgraph(sdl, resolvers, onRequest = () => {}) {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers });
  const answers = new Map();
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    onRequest();
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => (body += chunk));
    request.on('end', async () => {
      let answer = answers.get(body);
      if (!answer) {
        const { query, variables, operationName } = JSON.parse(body);
        answer = JSON.stringify(
          await graphql({ schema, source: query, variableValues: variables, operationName }),
        );
        if (answers.size < MAX_ANSWERS) answers.set(body, answer);
      }
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
        .end(answer);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}/graphql`;
}
