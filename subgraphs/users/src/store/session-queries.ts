import { In, IsNull, MoreThan, Not, type EntityManager } from 'typeorm';
import { lockMode } from './lock-mode.js';
import type { SessionQueries } from './store.js';
import { refreshTokens, sessions } from './tables.js';

export function createSessionQueries(manager: EntityManager): SessionQueries {
  const repository = manager.getRepository(sessions);
  const tokens = manager.getRepository(refreshTokens);
  return {
    findSession: (id, options) => repository.findOne({ where: { id }, ...lockMode(options) }),
    findLiveSessions: (userIds, now) =>
      repository.find({
        where: { userId: In([...userIds]), revokedAt: IsNull(), expiresAt: MoreThan(now) },
        order: { lastUsedAt: 'DESC', id: 'DESC' },
      }),
    insertSession: async (session) => void (await repository.insert(session)),
    touchSession: async (id, changes) => void (await repository.update({ id }, changes)),
    async revokeSessions(which, now) {
      const { affected } = await repository.update(
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

    findRefreshToken: (hash) => tokens.findOneBy({ hash }),
    insertRefreshToken: async (token) => void (await tokens.insert(token)),
    markRefreshTokenUsed: async (hash, usedAt) => void (await tokens.update({ hash }, { usedAt })),
    deleteRefreshTokens: async (sessionId) => void (await tokens.delete({ sessionId })),
  };
}
