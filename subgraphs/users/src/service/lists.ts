import {
  createConnection,
  createCursor,
  readPage,
  type Connection,
  type PageArguments,
} from '@cartograph/service-kit';
import { z } from 'zod';
import { foldForSearch } from '../domain/fields.js';
import type { SecurityEvent, User } from '../domain/user.js';
import type { AgeKey, UsersStore } from '../store/store.js';

/** More words than a person types would only make the store work. */
const MAX_WORDS = 8;
const MAX_SEARCH_LENGTH = 200;

const key = z.tuple([z.iso.datetime(), z.uuid()]).transform(([at, id]): AgeKey => ({ at: new Date(at), id }));

/** The lists that are read page by page, newest first. */
export function createListsService(store: UsersStore) {
  return {
    async users(args: PageArguments & { search?: string | null | undefined }): Promise<Connection<User>> {
      const list = 'users:createdAt';
      const page = readPage(list, args, (values) => key.parse(values));
      const words = foldForSearch((args.search ?? '').slice(0, MAX_SEARCH_LENGTH))
        .split(/\s+/)
        .filter(Boolean)
        .slice(0, MAX_WORDS);
      const { rows, totalCount } = await store.listUsers(words, page);
      return createConnection(
        rows,
        page,
        ({ createdAt, id }) => createCursor(list, createdAt.toISOString(), id),
        totalCount,
      );
    },

    async securityEvents(userId: string, args: PageArguments): Promise<Connection<SecurityEvent>> {
      const list = `securityEvents:${userId}`;
      const page = readPage(list, args, (values) => key.parse(values));
      const { rows, totalCount } = await store.listSecurityEvents(userId, page);
      return createConnection(
        rows,
        page,
        ({ occurredAt, id }) => createCursor(list, occurredAt.toISOString(), id),
        totalCount,
      );
    },
  };
}
