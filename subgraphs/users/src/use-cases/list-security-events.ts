import {
  createConnection,
  createTimeCursor,
  readPage,
  readTimeKey,
  type Connection,
  type PageArguments,
} from '@cartograph/kit';
import type { SecurityEvent } from '../domain/user.js';
import type { Deps } from './deps.js';

/** One page of a user's audit trail, newest first. */
export async function listSecurityEvents(
  { store }: Pick<Deps, 'store'>,
  userId: string,
  args: PageArguments,
): Promise<Connection<SecurityEvent>> {
  const list = `securityEvents:${userId}`;
  const page = readPage(list, args, readTimeKey);
  const { rows, totalCount } = await store.listSecurityEvents(userId, page);
  return createConnection(
    rows,
    page,
    ({ occurredAt, id }) => createTimeCursor(list, occurredAt, id),
    totalCount,
  );
}
