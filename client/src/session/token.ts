import { print } from '@apollo/client/utilities';
import { RefreshSessionDocument, type RefreshSessionMutation } from './RefreshSession.generated.js';
import { sessionSignal } from './leave.js';
import { sessionStore, type Session } from './session.js';

const RENEW_BEFORE_MS = 30_000;

/** When to renew an access token, in ms since 1970: half a minute before it expires, or after half its lifetime. */
export function renewalTime({ accessToken, accessTokenExpiresAt }: Session): number {
  const end = Date.parse(accessTokenExpiresAt);
  return end - Math.min(RENEW_BEFORE_MS, lifetimeOf(accessToken) / 2);
}

function lifetimeOf(token: string): number {
  try {
    const text = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const { iat, exp } = JSON.parse(text) as { iat: number; exp: number };
    return Number.isFinite(exp - iat) ? (exp - iat) * 1_000 : Infinity;
  } catch {
    return Infinity;
  }
}

interface RefreshAnswer {
  data?: RefreshSessionMutation | null;
}

let renewing: Promise<string | null> | undefined;

/**
 * An access token that is valid for a while, renewed first if necessary; null for guests. It is renewed with plain fetch, because
 * the Apollo links wait for it.
 */
export function freshAccessToken({ force = false } = {}): Promise<string | null> {
  const session = sessionStore.latest();
  if (sessionSignal.aborted) return Promise.reject(new Error('The user has signed out.'));
  if (!session) return Promise.resolve(null);
  const isFresh = Date.now() < renewalTime(session);
  if (isFresh && !force) return Promise.resolve(session.accessToken);
  renewing ??= renew(session).finally(() => (renewing = undefined));
  return renewing;
}

// After hours of sleep the session may have expired; its data must then not stay on the page until the next request.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void freshAccessToken().catch(() => undefined);
});

/**
 * Only one tab renews at a time; the others then find the new session in storage. A page loaded over plain HTTP from another
 * machine has no locks (https://w3c.github.io/web-locks), so several tabs may renew at once, which the users service
 * accepts.
 */
async function renew(session: Session): Promise<string | null> {
  const work = () => exchange(session);
  return 'locks' in navigator ? navigator.locks.request('cartograph.renew', work) : work();
}

async function exchange(session: Session): Promise<string | null> {
  const now = sessionStore.latest();
  if (now && now.refreshToken !== session.refreshToken) return now.accessToken;
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      query: print(RefreshSessionDocument),
      operationName: 'RefreshSession',
      variables: { input: { refreshToken: session.refreshToken } },
    }),
    signal: sessionSignal,
  });
  const { data } = (await response.json()) as RefreshAnswer;
  if (!data) throw new Error('The session could not be renewed.');
  const renewed = data.refreshSession.session;
  // Another tab may have renewed at the same time; its session is just as valid.
  const latest = sessionStore.latest();
  if (latest && latest.refreshToken !== session.refreshToken) return latest.accessToken;
  if (renewed) sessionStore.update(renewed);
  else sessionStore.ended();
  return renewed?.accessToken ?? null;
}
