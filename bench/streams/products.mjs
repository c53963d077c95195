// The subgraph that knows products' names. Prints its URL as JSON.
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { nameOf, PRODUCTS } from './schema.mjs';

const schema = buildSubgraphSchema({
  typeDefs: parse(PRODUCTS),
  resolvers: {
    Query: { products: () => [] },
    Product: { __resolveReference: ({ upc }) => ({ upc, name: nameOf(upc) }) },
  },
});
// What was asked before is answered as before: who joins is measured, not this.
const answers = new Map();
const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
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
      answers.set(body, answer);
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify(`http://127.0.0.1:${server.address().port}/graphql`)),
);
process.on('disconnect', () => process.exit(0));
