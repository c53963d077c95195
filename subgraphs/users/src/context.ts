import type { BaseGraphQLContext, Clock, Identity } from '@cartograph/kit';
import DataLoader from 'dataloader';
import type { Session } from './domain/session.js';
import type { Origin, User } from './domain/user.js';
import type { UsersStore } from './store/store.js';

/** Batched reads of one request: each list of keys is one query. */
export interface Loaders {
  readonly user: DataLoader<string, User | null>;
  /** The live sessions of a user. */
  readonly sessions: DataLoader<string, Session[]>;
}

export interface UsersContext extends BaseGraphQLContext {
  /** A mutation that signs in sets it to the new user. */
  identity: Identity;
  readonly origin: Origin;
  readonly loaders: Loaders;
}

const MAX_ADDRESS_LENGTH = 64;
const MAX_USER_AGENT_LENGTH = 400;

interface Deps {
  readonly store: Pick<UsersStore, 'findUsers' | 'findLiveSessions'>;
  readonly clock: Clock;
}

export function createContext(deps: Deps): (base: BaseGraphQLContext) => UsersContext {
  return (base) => ({ ...base, origin: originOf(base), loaders: createLoaders(deps) });
}

export function createLoaders({ store, clock }: Deps): Loaders {
  return {
    user: new DataLoader(
      async (ids) => {
        const found = new Map((await store.findUsers(ids)).map((user) => [user.id, user]));
        return ids.map((id) => found.get(id.toLowerCase()) ?? null);
      },
      // Not cached: a mutation of the same request may have changed the user since.
      { cache: false },
    ),
    sessions: new DataLoader(
      async (userIds) => {
        const live = await store.findLiveSessions(userIds, clock());
        return userIds.map((id) => live.filter(({ userId }) => userId === id));
      },
      { cache: false },
    ),
  };
}

/** Clients choose these headers, so their text is cleaned and cut to the length that is stored. */
function originOf({ clientAddress, userAgent }: BaseGraphQLContext): Origin {
  const clean = (value: string | null, length: number) =>
    value?.replace(/\p{C}/gu, '').slice(0, length).trim() || null;
  return {
    address: clean(clientAddress, MAX_ADDRESS_LENGTH),
    userAgent: clean(userAgent, MAX_USER_AGENT_LENGTH),
  };
}
