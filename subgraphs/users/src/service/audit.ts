import { newId } from '@cartograph/kit';
import type { Origin, SecurityEvent } from '../domain/user.js';
import type { SecurityEventType } from '../generated/graphql.js';
import type { UsersQueries } from '../store/store.js';
import type { UsersDeps } from './deps.js';

/** Writes the audit trail. */
export function record(
  deps: UsersDeps,
  tx: UsersQueries,
  type: SecurityEventType,
  origin: Origin,
  about: Partial<Pick<SecurityEvent, 'userId' | 'actorId' | 'sessionId'>>,
): Promise<void> {
  return tx.insertSecurityEvent({
    id: newId(),
    type,
    occurredAt: deps.clock(),
    userId: null,
    actorId: null,
    sessionId: null,
    ...about,
    address: origin.address,
    userAgent: origin.userAgent,
  });
}
