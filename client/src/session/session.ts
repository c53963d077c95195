import { useSyncExternalStore } from 'react';
import { leave } from './leave.js';
import { claimStorage, personalValue } from './storage.js';

export interface SessionUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'CUSTOMER' | 'ADMIN';
}

export interface Session {
  readonly accessToken: string;
  /** ISO 8601. */
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
  readonly user: SessionUser;
}

const NAME = 'session';
const stored = personalValue<Session>('browser', NAME);
const listeners = new Set<() => void>();
let current = stored.get();
claimStorage(current?.user.id ?? null, NAME);

/**
 * Compares this page with the storage that all tabs share. A page that has shown one user's data is never used for another: it is
 * cleared and loaded again. Call it whenever a page may have missed a change, and before it is used.
 */
function look(): void {
  const next = stored.get();
  if (next === current) return;
  const before = current;
  if (before && before.user.id !== next?.user.id) return leave(before.user.id);
  current = next;
  if (!before) claimStorage(next?.user.id ?? null, NAME);
  for (const listener of listeners) listener();
}

stored.subscribe(look);
// A page that sleeps or is in the back/forward cache does not receive events of other tabs.
window.addEventListener('pageshow', look);
window.addEventListener('focus', look);
document.addEventListener('resume', look);
document.addEventListener('visibilitychange', look);

export const sessionStore = {
  get: (): Session | null => current,
  /** Like `get`, but first checks what other tabs have done. */
  latest(): Session | null {
    look();
    return current;
  },
  /**
   * Stores the session of a user who has signed in.
   * @returns whether this page continues; it is loaded again at `to` if another user was signed in before
   */
  signIn(session: Session, to?: string): boolean {
    const before = current;
    if (before && before.user.id !== session.user.id) {
      leave(before.user.id, {
        to,
        handOver() {
          claimStorage(session.user.id, NAME);
          stored.set(session);
        },
      });
      return false;
    }
    claimStorage(session.user.id, NAME);
    stored.set(session);
    return true;
  },
  /** Stores new tokens or a new name of the same user. Ignored if they have signed out since. */
  update(session: Session): void {
    if (stored.get()?.user.id === session.user.id) stored.set(session);
  },
  /** The shop ended the session, or it expired. Like signing out, but the user can return to this page. */
  ended(): void {
    if (current) leave(current.user.id);
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** The signed-in session, or null; re-renders when it changes, in this tab or another. */
export function useSession(): Session | null {
  return useSyncExternalStore(sessionStore.subscribe, sessionStore.get);
}
