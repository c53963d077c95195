import { defineConfig } from '@graphql-hive/gateway';

const runtime = process.env.HIVE_ROUTER === '1' ? await import('@graphql-hive/router-runtime') : undefined;
const isSharing = process.env.HIVE_SHARE === '1';

export const gatewayConfig = defineConfig({
  supergraph: process.env.SUPERGRAPH,
  logging: 'error',
  ...(runtime && { unifiedGraphHandler: runtime.unifiedGraphHandler }),
  // Sharing between equal requests of different clients is measured apart: here, whole runs, which is off unless asked
  // for, and fetches, which is on unless told otherwise.
  inboundInflightRequestDeduplication: isSharing,
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: isSharing } } },
});
