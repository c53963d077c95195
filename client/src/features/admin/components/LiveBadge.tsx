import { useConnectionState, type ConnectionState } from '../../../lib/connection-state.js';

const LOOKS: Record<ConnectionState, readonly [dot: string, text: string]> = {
  idle: ['bg-stone-400', 'Not connected'],
  connecting: ['bg-amber-500 animate-pulse', 'Connecting …'],
  live: ['bg-green-600', 'Live'],
  lost: ['bg-red-600 animate-pulse', 'Connection lost, trying again …'],
};

/** The state of the live connection. */
export function LiveBadge() {
  const state = useConnectionState();
  const [dot, text] = LOOKS[state];
  return (
    <span
      role="status"
      data-connection={state}
      className="inline-flex items-center gap-2 rounded-full border border-stone-300 px-3 py-1.5 text-sm dark:border-stone-700"
    >
      <span aria-hidden className={`size-2.5 rounded-full ${dot}`} />
      {text}
    </span>
  );
}
