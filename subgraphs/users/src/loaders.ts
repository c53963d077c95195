import DataLoader from 'dataloader';
import type { Session } from './domain/session.js';
import type { User } from './domain/user.js';
import type { UsersStore } from './store/store.js';

/** One request's batched reads: each list of keys is one round trip to the store. */
export interface Loaders {
  readonly user: DataLoader<string, User | null>;
  /** The live sessions of a user. */
  readonly sessions: DataLoader<string, Session[]>;
}

export function createLoaders(store: UsersStore, clock: () => Date): Loaders {
  return {
    user: new DataLoader(
      async (ids) => {
        const found = new Map((await store.findUsers(ids)).map((user) => [user.id, user]));
        return ids.map((id) => found.get(id.toLowerCase()) ?? null);
      },
      // A mutation may have changed a user since the same request read them.
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
