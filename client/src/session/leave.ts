import { clearStorage, closeStorage } from './storage.js';

const leaving = new AbortController();
/** Aborted when the user leaves this page: none of their requests and streams continue. */
export const sessionSignal: AbortSignal = leaving.signal;

/** How long to wait for the sign-out to reach the server, and for the server to prove reachable. */
const WAIT_MS = 2_000;

interface Leaving {
  /** The address to load; by default the current one, or the sign-in page if the current one is personal. */
  readonly to?: string | undefined;
  /** Stores the next user's session once the storage is empty. */
  readonly handOver?: () => void;
  /** Something to wait for briefly, such as the sign-out request. */
  readonly last?: Promise<unknown>;
}

/**
 * Ends this page for its user: removes their data from storage, aborts requests and streams, and clears the screen at once. Then
 * the page is loaded again, because only a new document is certain to keep nothing in a variable, cache or component.
 */
export function leave(userId: string, { to = addressAfterwards(), handOver, last }: Leaving = {}): void {
  if (leaving.signal.aborted) return;
  leaving.abort();
  clearStorage(userId);
  handOver?.();
  closeStorage();
  document.title = 'Cartograph';
  showSigningOut(to);
  void loadAgain(to, last);
}

/** Where to go afterwards. Some pages are personal, and so is what their addresses contain. */
function addressAfterwards(): string {
  const { pathname, search } = window.location;
  const [, section] = pathname.split('/');
  if (section === 'orders') return signInBefore('/account/orders');
  if (section === 'account' || section === 'checkout') return signInBefore(pathname);
  if (section === 'admin') return signInBefore('/admin');
  return pathname + search;
}

const signInBefore = (page: string): string => `/sign-in?next=${encodeURIComponent(page)}`;

/** Without React, which still holds the user's data and is removed from the page here. */
function showSigningOut(to: string): void {
  const note = document.createElement('p');
  note.setAttribute('role', 'status');
  note.className = 'mx-auto max-w-md px-4 py-24 text-center';
  note.textContent = 'You are signed out, and none of your data is kept on this page.';
  const link = document.createElement('a');
  link.href = to;
  link.className = 'mt-4 block underline';
  link.textContent = 'Back to the shop';
  note.append(link);
  document.body.replaceChildren(note);
}

/** If the shop cannot be reached, the browser would show its error page, so the note stays until it can. */
async function loadAgain(to: string, last: Promise<unknown> | undefined): Promise<void> {
  const pause = new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  await Promise.race([last, last && pause]).catch(() => undefined);
  const asked = fetch(to, { method: 'HEAD', cache: 'no-store' });
  const isReachable = await Promise.race([asked, pause]).then(
    () => true,
    () => false,
  );
  if (isReachable) window.location.replace(to);
  else window.addEventListener('online', () => window.location.replace(to), { once: true });
}
