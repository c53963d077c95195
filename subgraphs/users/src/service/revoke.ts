import type { User } from '../domain/user.js';
import type { UsersQueries } from '../store/store.js';
import type { UsersDeps } from './deps.js';

/** Clocks of verifiers may be behind ours. */
const MARGIN_MS = 60_000;

const period = ({ clock, accessTokenLifetimeMs }: UsersDeps) => {
  const at = clock().getTime();
  return { at, endsAt: at + accessTokenLifetimeMs + MARGIN_MS };
};

/** Makes all verifiers refuse the access tokens of a session. */
export async function refuseSession(deps: UsersDeps, tx: UsersQueries, id: string): Promise<void> {
  await tx.insertRevocation({ kind: 'session', id, ...period(deps) });
}

/**
 * Makes all verifiers refuse the access tokens that a user has: whoever may go on gets new ones.
 * @param user locked
 * @returns the user as it is to be saved
 */
export async function refuseTokens(deps: UsersDeps, tx: UsersQueries, user: User): Promise<User> {
  const tokenEpoch = user.tokenEpoch + 1;
  await tx.insertRevocation({ kind: 'user', id: user.id, epoch: tokenEpoch, ...period(deps) });
  return { ...user, tokenEpoch };
}
