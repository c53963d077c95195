import { clearStorage, closeStorage } from './storage.js';

const leaving = new AbortController();
/** Aborted when this page's person leaves: no request or stream of theirs goes on. */
export const untilTheyLeave: AbortSignal = leaving.signal;

/** How long the server may take to hear of a sign-out, and to show that it can be reached. */
const PATIENCE_MS = 2_000;

interface Leaving {
  /** Where the page is loaded again; by default where it is, or the sign-in page if that place is the person's own. */
  readonly to?: string | undefined;
  /** Stores the next person's session once the storage is empty. */
  readonly handOver?: () => void;
  /** Something to wait for a moment, such as the sign-out on its way to the server. */
  readonly last?: Promise<unknown>;
}

/**
 * Ends this page for the person it was used by: their data is removed from storage, requests and streams are aborted,
 * and what is shown disappears at once. Then the page is loaded again, so that no variable, cache or component can keep
 * anything: only a new document is certain to know nothing.
 */
export function leave(userId: string, { to = placeAfter(), handOver, last }: Leaving = {}): void {
  if (leaving.signal.aborted) return;
  leaving.abort();
  clearStorage(userId);
  handOver?.();
  closeStorage();
  document.title = 'Cartograph';
  showSigningOut(to);
  void loadAgain(to, last);
}

/** Pages of one person's own. What stands in their addresses is theirs, too. */
function placeAfter(): string {
  const { pathname, search } = window.location;
  const [, section] = pathname.split('/');
  if (section === 'orders') return signInBefore('/account/orders');
  if (section === 'account' || section === 'checkout') return signInBefore(pathname);
  if (section === 'admin') return signInBefore('/admin');
  return pathname + search;
}

const signInBefore = (page: string): string => `/sign-in?next=${encodeURIComponent(page)}`;

/** Without React, which still holds the person's data and is taken off the page by this. */
function showSigningOut(to: string): void {
  const note = document.createElement('p');
  note.setAttribute('role', 'status');
  note.className = 'mx-auto max-w-md px-4 py-24 text-center';
  note.textContent = 'You are signed out, and nothing of yours is kept here.';
  const link = document.createElement('a');
  link.href = to;
  link.className = 'mt-4 block underline';
  link.textContent = 'Back to the shop';
  note.append(link);
  document.body.replaceChildren(note);
}

/** A shop that cannot be reached would put the browser's error page here: then the note stays until it can be. */
async function loadAgain(to: string, last: Promise<unknown> | undefined): Promise<void> {
  const pause = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  await Promise.race([last, last && pause]).catch(() => undefined);
  const asked = fetch(to, { method: 'HEAD', cache: 'no-store' });
  const isReachable = await Promise.race([asked, pause]).then(
    () => true,
    () => false,
  );
  if (isReachable) window.location.replace(to);
  else window.addEventListener('online', () => window.location.replace(to), { once: true });
}
