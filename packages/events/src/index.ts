export * from './adapters/rabbitmq.js';
export * from './adapters/redis-streams.js';
export * from './bus.js';
export * from './create-bus.js';
export * from './envelope.js';
export * from './limits.js';
export * from './types.js';
export { inPublishSpans } from './tracing.js';
