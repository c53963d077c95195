// Four subgraphs in one process, on free ports; prints `{"accounts": "http://…", …}` when they listen, and tells who
// asks by a message how many requests they had so far.
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { resolvers } from './data.mjs';
import { federation1Text, federation2Text } from './schemas.mjs';

const textOf = process.argv.includes('--federation-1') ? federation1Text : federation2Text;

const urls = {};
let requests = 0;
for (const name of Object.keys(resolvers)) {
  const schema = buildSubgraphSchema({ typeDefs: parse(textOf(name)), resolvers: resolvers[name] });
  // The data never changes, so what was asked before is answered as before: the gateway is measured, not this.
  const answers = new Map();
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    requests++;
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
        if (answers.size < 10_000) answers.set(body, answer);
      }
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
        .end(answer);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  urls[name] = `http://127.0.0.1:${server.address().port}/graphql`;
}
console.log(JSON.stringify(urls));
process.on('message', () => process.send(requests));
process.on('disconnect', () => process.exit(0));
