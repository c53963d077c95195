import type { User } from '../../domain/user.js';
import type { UsersQueries } from '../../store/store.js';
import type { Deps } from '../deps.js';

/** Verifiers' clocks may be behind. */
const MARGIN_MS = 60_000;

const period = ({ clock, accessTokenLifetimeMs }: Deps) => {
  const at = clock().getTime();
  return { at, endsAt: at + accessTokenLifetimeMs + MARGIN_MS };
};

/** Makes all verifiers refuse the access tokens of a session. */
export async function revokeSessionTokens(deps: Deps, tx: UsersQueries, id: string): Promise<void> {
  await tx.insertRevocation({ kind: 'session', id, ...period(deps) });
}

/**
 * Makes all verifiers refuse the access tokens that a user has. Clients whose session goes on get new ones.
 * @param user locked
 * @returns the user to save
 */
export async function revokeUserTokens(deps: Deps, tx: UsersQueries, user: User): Promise<User> {
  const tokenEpoch = user.tokenEpoch + 1;
  await tx.insertRevocation({ kind: 'user', id: user.id, epoch: tokenEpoch, ...period(deps) });
  return { ...user, tokenEpoch };
}
