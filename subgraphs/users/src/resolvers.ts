import { isId, refusable, scalarResolvers, signInFault, type UserIdentity } from '@cartograph/kit';
import type { UsersContext } from './app.js';
import { describeDevice } from './domain/device.js';
import type { User } from './domain/user.js';
import type { Resolvers } from './generated/graphql.js';
import type { OpenedSession, UsersService } from './service.js';

/** Argument → service → result; nothing is decided here. */
export function createResolvers(service: UsersService): Resolvers {
  return {
    DateTime: scalarResolvers.DateTime,

    Query: {
      me(_, __, { identity, loaders }) {
        // A guest is nobody; a client whose token does not count has to learn that it must renew it.
        if (identity.kind === 'anonymous' && identity.tokenRefusal) throw signInFault(identity, '');
        return identity.kind === 'user' && isId(identity.userId) ? loaders.user.load(identity.userId) : null;
      },
      user: (_, { id }, { loaders }) => (isId(id) ? loaders.user.load(id) : null),
      users: (_, args) => service.users(args),
    },

    Mutation: {
      register: (_, { input }, context) => signIn(context, () => service.register(input, context.origin)),
      login: (_, { input }, context) => signIn(context, () => service.login(input, context.origin)),
      refreshSession: (_, { input }, context) =>
        signIn(context, () => service.refreshSession(input.refreshToken, context.origin)),
      changePassword: (_, { input }, context) =>
        signIn(context, () => service.changePassword(input, context.identity, context.origin)),
      resetPassword: (_, { input }, context) =>
        signIn(context, () => service.resetPassword(input, context.origin)),
      logout: (_, { input }, { identity, origin }) =>
        refusable({ endedSessions: null }, async () => ({
          endedSessions: await service.logout(input, identity, origin),
        })),
      revokeSession: (_, { input }, { identity, origin }) =>
        refusable({ sessionId: null }, async () => ({
          sessionId: await service.revokeSession(input.sessionId, identity, origin),
        })),
      updateProfile: (_, { input }, { identity }) =>
        refusable({ user: null }, async () => ({ user: await service.updateProfile(input, identity) })),
      requestEmailChange: (_, { input }, { identity, origin }) =>
        refusable({ email: null, user: null }, () => service.requestEmailChange(input, identity, origin)),
      confirmEmailChange: (_, { input }, { identity, origin }) =>
        refusable({ email: null, user: null }, async () => {
          const { email, user } = await service.confirmEmailChange(input.token, origin);
          // The link may be opened where nobody, or somebody else, is signed in.
          const isTheirs = identity.kind === 'user' && isSelf(user, identity);
          return { email, user: isTheirs ? user : null };
        }),
      requestPasswordReset: (_, { input }, { origin }) =>
        refusable({ isAccepted: null }, async () => {
          await service.requestPasswordReset(input, origin);
          return { isAccepted: true };
        }),
      setUserRole: (_, { input }, { identity, origin }) =>
        refusable({ user: null }, async () => ({ user: await service.setUserRole(input, identity, origin) })),
      setUserActive: (_, { input }, { identity, origin }) =>
        refusable({ user: null }, async () => ({
          user: await service.setUserActive(input, identity, origin),
        })),
    },

    User: {
      __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.user.load(id) : null),
      sessions: ({ id }, _, { loaders }) => loaders.sessions.load(id),
      securityEvents: ({ id }, args) => service.securityEvents(id, args),
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

const isSelf = ({ id }: User, { userId }: UserIdentity) => id === userId;

/** Whom the objects of this schema belong to, for `OWNER` rules. */
export const owners = {
  User: isSelf,
  UserSession: ({ userId }: { userId: string }, user: UserIdentity) => userId === user.userId,
  SecurityEvent: ({ userId }: { userId: string | null }, user: UserIdentity) => userId === user.userId,
};

/**
 * Answers with a new session. The rest of this request is then answered as its user: `session { user }` shows
 * them to themselves, although the request came in as a guest's.
 */
function signIn(context: UsersContext, useCase: () => Promise<OpenedSession>) {
  return refusable({ session: null }, async () => {
    const session = await useCase();
    context.identity = {
      kind: 'user',
      userId: session.user.id,
      role: session.user.role,
      sessionId: session.sessionId,
      expiresAt: session.accessTokenExpiresAt.getTime(),
    };
    return { session };
  });
}
