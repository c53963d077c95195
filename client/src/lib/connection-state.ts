import { useSyncExternalStore } from 'react';

/** The state of the live connection to the shop. */
export type ConnectionState = 'idle' | 'connecting' | 'live' | 'lost';

let state: ConnectionState = 'idle';
const listeners = new Set<() => void>();

export const connectionState = {
  get: (): ConnectionState => state,
  set(next: ConnectionState): void {
    if (next === state) return;
    state = next;
    for (const listener of listeners) listener();
  },
};

export function useConnectionState(): ConnectionState {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, connectionState.get);
}
