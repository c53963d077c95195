// Apollo Server with @apollo/gateway as its documentation sets it up.
import { readFileSync } from 'node:fs';

process.env.APOLLO_TELEMETRY_DISABLED = 'true';
const { ApolloGateway } = await import('@apollo/gateway');
const { ApolloServer } = await import('@apollo/server');
const { startStandaloneServer } = await import('@apollo/server/standalone');
const gateway = new ApolloGateway({ supergraphSdl: readFileSync(process.env.SUPERGRAPH, 'utf8') });
await startStandaloneServer(
  new ApolloServer({ gateway, logger: { debug() {}, info() {}, warn() {}, error() {} } }),
  {
    listen: { port: Number(process.env.PORT), host: '127.0.0.1' },
  },
);
