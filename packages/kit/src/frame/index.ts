export { createApp, type FrameOverrides, type Runtime, type ServiceApp } from './create-app.js';
export * from './config.js';
export * from './definition.js';
export { SubgraphDefinitionError } from './faults.js';
export { run } from './run.js';
