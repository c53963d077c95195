import { useConnectionState, type ConnectionState } from '../lib/connection-state.js';

const WORDS: Readonly<Record<ConnectionState, readonly [string, string]>> = {
  idle: ['bg-stone-400', 'Not following'],
  connecting: ['bg-amber-500 animate-pulse', 'Connecting …'],
  live: ['bg-green-600', 'Live'],
  lost: ['bg-amber-500 animate-pulse', 'Connection lost, trying again'],
};

/** Shows whether the page updates live at the moment. */
export function ConnectionBadge() {
  const state = useConnectionState();
  const [dot, words] = WORDS[state];
  return (
    <span
      role="status"
      data-connection={state}
      className="inline-flex items-center gap-2 rounded-full border border-stone-300 bg-white px-3 py-1 text-sm dark:border-stone-700 dark:bg-stone-900"
    >
      <span aria-hidden className={`size-2.5 rounded-full ${dot}`} />
      {words}
    </span>
  );
}
