import { saveEvents } from '@cartograph/kit';
import { LessThan, type DataSource, type EntityManager } from 'typeorm';
import { fillEmailKeys } from './email-keys.js';
import { createRevocationQueries } from './revocation-queries.js';
import { createSessionQueries } from './session-queries.js';
import type { UsersQueries, UsersStore } from './store.js';
import { OneTimeTokenTable, RefreshTokenTable, SecurityEventTable, SessionTable } from './tables.js';
import { createTokenQueries } from './token-queries.js';
import { createUserQueries } from './user-queries.js';

export function createPostgresStore(database: DataSource): UsersStore {
  const { manager } = database;
  return {
    ...createQueries(manager),
    ...createRevocationQueries(manager),
    transaction: (work) => database.transaction((tx) => work(createQueries(tx))),
    async deleteEnded(sessionsBefore, auditBefore) {
      await manager.delete(SessionTable, { expiresAt: LessThan(sessionsBefore) });
      await manager.delete(SessionTable, { revokedAt: LessThan(sessionsBefore) });
      await manager.delete(RefreshTokenTable, { expiresAt: LessThan(sessionsBefore) });
      await manager.delete(OneTimeTokenTable, { expiresAt: LessThan(sessionsBefore) });
      await manager.delete(SecurityEventTable, { occurredAt: LessThan(auditBefore) });
    },
    fillEmailKeys: () => fillEmailKeys(manager),
  };
}

function createQueries(manager: EntityManager): UsersQueries {
  return {
    ...createUserQueries(manager),
    ...createSessionQueries(manager),
    ...createTokenQueries(manager),
    ...createRevocationQueries(manager),
    saveEvents: (events) => saveEvents(manager, events),
  };
}
