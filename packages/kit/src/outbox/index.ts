export { createPostgresOutbox, type TransactionalSqlRunner } from './postgres-outbox.js';
export { createOutboxRelay, type OutboxRelay, type OutboxRelayOptions } from './relay.js';
export type { OutboxSource, Relayed } from './source.js';
export * from './tables.js';
