export { findFreePort, isPortFree } from './free-port.js';
export { FolderInUseError, lockFolder } from './folder-lock.js';
export { spawnGuarded, type StopSignal } from './guarded.js';
export { endProcess, identifyProcess, processesIn, type ProcessIdentity } from './identity.js';
export { manageProcess, whenPrinted, type ManagedProcess, type ProcessSpec } from './managed-process.js';
