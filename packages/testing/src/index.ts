export { ENGINE_SETS, prepareEngines, type Engines, type EngineSet } from './engines.js';
export {
  createGraphClient,
  type GraphClient,
  type GraphClientOptions,
  type GraphError,
  type GraphResponse,
  type GraphResult,
} from './graph-client.js';
export { findRabbitMq, startTestRabbitMq, type TestRabbitMq } from './rabbitmq.js';
export { startTestStack, TEST_BUSES, type TestBus, type TestStack, type TestStackOptions } from './stack.js';
export {
  createTestDatabase,
  createTestMongo,
  startTestPostgres,
  startTestRedis,
  type TestDatabase,
} from './stores.js';
export { until } from './until.js';
export {
  anonymous,
  serviceIdentity,
  startSubgraph,
  testBaseConfig,
  TEST_SECRET,
  userIdentity,
  type RunningSubgraph,
} from './subgraph.js';
export * from './program.js';
