import { saveEvents } from '@cartograph/kit';
import type { DataSource, EntityManager } from 'typeorm';
import { fillEmailKeys } from './fill-email-keys.js';
import { createRevocationQueries } from './revocation-queries.js';
import { createSessionQueries } from './session-queries.js';
import type { UsersQueries, UsersStore } from './store.js';
import { createTokenQueries } from './token-queries.js';
import { createUserQueries } from './user-queries.js';

/** The store on Postgres. */
export function createTypeormStore(database: DataSource): UsersStore {
  return {
    ...createQueries(database.manager),
    transaction: (work) => database.transaction((manager) => work(createQueries(manager))),
    async deleteEnded(sessionsBefore, auditBefore) {
      await database.query('DELETE FROM sessions WHERE expires_at < $1 OR revoked_at < $1', [sessionsBefore]);
      await database.query('DELETE FROM refresh_tokens WHERE expires_at < $1', [sessionsBefore]);
      await database.query('DELETE FROM one_time_tokens WHERE expires_at < $1', [sessionsBefore]);
      await database.query('DELETE FROM security_events WHERE occurred_at < $1', [auditBefore]);
    },
    ...createRevocationQueries(database.manager),
    fillEmailKeys: () => fillEmailKeys(database.manager),
    ping: async () => void (await database.query('SELECT 1')),
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
