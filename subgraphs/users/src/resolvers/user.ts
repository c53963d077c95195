import { isId } from '@cartograph/kit';
import { describeDevice } from '../domain/device.js';
import type { Resolvers } from '../generated/graphql.js';
import type { Deps } from '../use-cases/deps.js';
import { listSecurityEvents } from '../use-cases/list-security-events.js';

export function createUser(deps: Deps): Pick<Resolvers, 'User' | 'UserSession' | 'SecurityEvent'> {
  return {
    User: {
      __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.user.load(id) : null),
      sessions: ({ id }, _, { loaders }) => loaders.sessions.load(id),
      securityEvents: ({ id }, args) => listSecurityEvents(deps, id, args),
    },

    UserSession: {
      device: ({ userAgent }) => describeDevice(userAgent),
      isCurrent: ({ id }, _, { identity }) => identity.kind === 'user' && identity.sessionId === id,
    },

    SecurityEvent: {
      device: ({ userAgent }) => describeDevice(userAgent),
      isByStaff: ({ actorId, userId }) => actorId !== null && actorId !== userId,
    },
  };
}
