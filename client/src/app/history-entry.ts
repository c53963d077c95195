/**
 * Gives the history entry of a full page load a key of its own, which stays over reloads and back and forward. React Router
 * names all such entries "default", so a page opened by its address would scroll to where the one before had been.
 * To be called before the router reads the entry.
 */
export function nameHistoryEntry(): void {
  const state = (history.state ?? {}) as { readonly key?: string };
  if (!state.key) history.replaceState({ ...state, key: Math.random().toString(36).slice(2, 12) }, '');
}
