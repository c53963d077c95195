import {
  createConnection,
  createTimeCursor,
  readPage,
  readTimeKey,
  type Connection,
  type PageArguments,
} from '@cartograph/kit';
import { foldForSearch } from '../domain/search.js';
import type { User } from '../domain/user.js';
import type { Deps } from './deps.js';

/** More than a person types: further words would only cost time. */
const MAX_WORDS = 8;
const MAX_SEARCH_LENGTH = 200;
const LIST = 'users:createdAt';

/** One page of all users, newest first. */
export async function listUsers(
  { store }: Pick<Deps, 'store'>,
  args: PageArguments & { readonly search?: string | null | undefined },
): Promise<Connection<User>> {
  const page = readPage(LIST, args, readTimeKey);
  const words = foldForSearch((args.search ?? '').slice(0, MAX_SEARCH_LENGTH))
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, MAX_WORDS);
  const { rows, totalCount } = await store.listUsers(words, page);
  return createConnection(
    rows,
    page,
    ({ createdAt, id }) => createTimeCursor(LIST, createdAt, id),
    totalCount,
  );
}
