export { FolderInUseError } from '@cartograph/processes';
export { PortTakenError } from './stack/ports.js';
export { declaredServices, type ServiceDeclaration, type StoreEngine } from './stack/services.js';
export { startStack } from './stack/stack.js';
export type { Stack, StackEvent, StackOptions } from './stack/types.js';
