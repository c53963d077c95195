import { In, IsNull, MoreThan, Not, type EntityManager } from 'typeorm';
import { lockMode } from './lock-mode.js';
import type { SessionQueries } from './store.js';
import { RefreshTokenTable, SessionTable } from './tables.js';

export function createSessionQueries(manager: EntityManager): SessionQueries {
  const sessions = manager.getRepository(SessionTable);
  const refreshTokens = manager.getRepository(RefreshTokenTable);
  return {
    findSession: (id, options) => sessions.findOne({ where: { id }, ...lockMode(options) }),
    findLiveSessions: (userIds, now) =>
      sessions.find({
        where: { userId: In([...userIds]), revokedAt: IsNull(), expiresAt: MoreThan(now) },
        order: { lastUsedAt: 'DESC', id: 'DESC' },
      }),
    insertSession: async (session) => void (await sessions.insert(session)),
    touchSession: async (id, changes) => void (await sessions.update({ id }, changes)),
    async revokeSessions(which, now) {
      const { affected } = await sessions.update(
        {
          ...('id' in which
            ? { id: which.id }
            : { userId: which.userId, ...(which.except !== undefined && { id: Not(which.except) }) }),
          revokedAt: IsNull(),
          expiresAt: MoreThan(now),
        },
        { revokedAt: now },
      );
      return affected ?? 0;
    },

    findRefreshToken: (hash) => refreshTokens.findOneBy({ hash }),
    insertRefreshToken: async (token) => void (await refreshTokens.insert(token)),
    markRefreshTokenUsed: async (hash, usedAt) => void (await refreshTokens.update({ hash }, { usedAt })),
    deleteRefreshTokens: async (sessionId) => void (await refreshTokens.delete({ sessionId })),
  };
}
