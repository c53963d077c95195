import { defineConfig } from '@graphql-hive/gateway';

const runtime = process.env.HIVE_ROUTER === '1' ? await import('@graphql-hive/router-runtime') : undefined;

export const gatewayConfig = defineConfig({
  supergraph: process.env.SUPERGRAPH,
  graphqlEndpoint: '/graphql',
  logging: 'error',
  ...(runtime && { unifiedGraphHandler: runtime.unifiedGraphHandler }),
  // Sharing one upstream request between clients is measured apart: off here unless asked for.

  inboundInflightRequestDeduplication: process.env.HIVE_SHARE === '1',
});
