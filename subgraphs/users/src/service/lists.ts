import {
  createConnection,
  createTimeCursor,
  readPage,
  readTimeKey,
  type Connection,
  type PageArguments,
} from '@cartograph/kit';
import { foldForSearch } from '../domain/fields.js';
import type { SecurityEvent, User } from '../domain/user.js';
import type { UsersStore } from '../store/store.js';

/** More words than a person types would only make the store work. */
const MAX_WORDS = 8;
const MAX_SEARCH_LENGTH = 200;

/** The lists that are read page by page, newest first. */
export function createListsService(store: UsersStore) {
  return {
    async users(args: PageArguments & { search?: string | null | undefined }): Promise<Connection<User>> {
      const list = 'users:createdAt';
      const page = readPage(list, args, readTimeKey);
      const words = foldForSearch((args.search ?? '').slice(0, MAX_SEARCH_LENGTH))
        .split(/\s+/)
        .filter(Boolean)
        .slice(0, MAX_WORDS);
      const { rows, totalCount } = await store.listUsers(words, page);
      return createConnection(
        rows,
        page,
        ({ createdAt, id }) => createTimeCursor(list, createdAt, id),
        totalCount,
      );
    },

    async securityEvents(userId: string, args: PageArguments): Promise<Connection<SecurityEvent>> {
      const list = `securityEvents:${userId}`;
      const page = readPage(list, args, readTimeKey);
      const { rows, totalCount } = await store.listSecurityEvents(userId, page);
      return createConnection(
        rows,
        page,
        ({ occurredAt, id }) => createTimeCursor(list, occurredAt, id),
        totalCount,
      );
    },
  };
}
