import type { Origin, SecurityEvent } from '../../domain/user.js';
import type { SecurityEventType } from '../../generated/graphql.js';
import type { UsersQueries } from '../../store/store.js';
import type { Deps } from '../deps.js';

/** Adds an entry to the audit trail. */
export function recordSecurityEvent(
  { newId, clock }: Pick<Deps, 'newId' | 'clock'>,
  tx: UsersQueries,
  type: SecurityEventType,
  origin: Origin,
  about: Partial<Pick<SecurityEvent, 'userId' | 'actorId' | 'sessionId'>>,
): Promise<void> {
  return tx.insertSecurityEvent({
    id: newId(),
    type,
    occurredAt: clock(),
    userId: null,
    actorId: null,
    sessionId: null,
    ...about,
    address: origin.address,
    userAgent: origin.userAgent,
  });
}
