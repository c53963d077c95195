import { print } from '@apollo/client/utilities';
import { RefreshSessionDocument, type RefreshSessionMutation } from './RefreshSession.generated.js';
import { untilTheyLeave } from './leave.js';
import { sessionStore, type Session } from './session.js';

const RENEW_BEFORE_MS = 30_000;

/** When an access token is exchanged, in ms since 1970: half a minute before its end, or when half its life is over. */
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
 * An access token that is good for a while yet, renewed first where it is not; null for guests.
 * A renewal goes by plain fetch, since it is what the Apollo links themselves wait for.
 */
export function freshAccessToken({ force = false } = {}): Promise<string | null> {
  const session = sessionStore.latest();
  if (untilTheyLeave.aborted) return Promise.reject(new Error('The person has signed out.'));
  if (!session) return Promise.resolve(null);
  const isFresh = Date.now() < renewalTime(session);
  if (isFresh && !force) return Promise.resolve(session.accessToken);
  renewing ??= renew(session).finally(() => (renewing = undefined));
  return renewing;
}

// After hours of sleep the session may have expired: then nothing of it stays on the page until something is asked.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void freshAccessToken().catch(() => undefined);
});

/**
 * Only one tab renews at a time; the others then find the new session in storage. A page that came by plain HTTP from
 * another machine has no locks (https://w3c.github.io/web-locks): there several tabs may renew at once, which users
 * tolerates.
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
    signal: untilTheyLeave,
  });
  const { data } = (await response.json()) as RefreshAnswer;
  if (!data) throw new Error('The session could not be renewed.');
  const renewed = data.refreshSession.session;
  // Another tab may have renewed at the same time, and been answered: its session is as good.
  const latest = sessionStore.latest();
  if (latest && latest.refreshToken !== session.refreshToken) return latest.accessToken;
  if (renewed) sessionStore.update(renewed);
  else sessionStore.ended();
  return renewed?.accessToken ?? null;
}
