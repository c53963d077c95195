export { createPostgresOutbox, type TransactionalSqlRunner } from './postgres-outbox.js';
export { createOutboxRelay, type OutboxRelay, type OutboxRelayOptions } from './relay.js';
export { KEEP_SENT_MS, type OutboxSource, type Publish, type Relayed, type ResendSteps } from './source.js';
export * from './tables.js';
