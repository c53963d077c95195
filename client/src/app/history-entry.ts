/**
 * Gives the history entry of a full page load its own key, which survives reloads and going back and forward. React Router
 * names all such entries "default", so a page opened by its address would scroll to the position of the previous one.
 * Call it before the router reads the entry.
 */
export function nameHistoryEntry(): void {
  const state = (history.state ?? {}) as { readonly key?: string };
  if (!state.key) history.replaceState({ ...state, key: Math.random().toString(36).slice(2, 12) }, '');
}
