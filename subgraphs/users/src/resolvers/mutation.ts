import { refusable } from '@cartograph/kit';
import type { UsersContext } from '../context.js';
import type { MutationResolvers } from '../generated/graphql.js';
import { changePassword } from '../use-cases/change-password.js';
import { confirmEmailChange } from '../use-cases/confirm-email-change.js';
import type { Deps } from '../use-cases/deps.js';
import { login } from '../use-cases/login.js';
import { logout } from '../use-cases/logout.js';
import { refreshSession } from '../use-cases/refresh-session.js';
import { register } from '../use-cases/register.js';
import { requestEmailChange } from '../use-cases/request-email-change.js';
import { requestPasswordReset } from '../use-cases/request-password-reset.js';
import { resetPassword } from '../use-cases/reset-password.js';
import { revokeSession } from '../use-cases/revoke-session.js';
import { setUserActive } from '../use-cases/set-user-active.js';
import { setUserRole } from '../use-cases/set-user-role.js';
import type { OpenedSession } from '../use-cases/shared/sessions.js';
import { updateProfile } from '../use-cases/update-profile.js';

export function createMutation(deps: Deps): MutationResolvers {
  return {
    register: (_, { input }, context) => signIn(context, () => register(deps, input, context.origin)),
    login: (_, { input }, context) => signIn(context, () => login(deps, input, context.origin)),
    refreshSession: (_, { input }, context) =>
      signIn(context, () => refreshSession(deps, input.refreshToken, context.origin)),
    changePassword: (_, { input }, context) =>
      signIn(context, () => changePassword(deps, input, context.identity, context.origin)),
    resetPassword: (_, { input }, context) =>
      signIn(context, () => resetPassword(deps, input, context.origin)),
    logout: (_, { input }, { identity, origin }) =>
      refusable({ endedSessions: null }, async () => ({
        endedSessions: await logout(deps, input, identity, origin),
      })),
    revokeSession: (_, { input }, { identity, origin }) =>
      refusable({ sessionId: null }, async () => ({
        sessionId: await revokeSession(deps, input.sessionId, identity, origin),
      })),
    updateProfile: (_, { input }, { identity }) =>
      refusable({ user: null }, async () => ({ user: await updateProfile(deps, input, identity) })),
    requestEmailChange: (_, { input }, { identity, origin }) =>
      refusable({ email: null, user: null }, () => requestEmailChange(deps, input, identity, origin)),
    confirmEmailChange: (_, { input }, { identity, origin }) =>
      refusable({ email: null, user: null }, async () => {
        const { email, user } = await confirmEmailChange(deps, input.token, origin);
        // The link may be opened in a browser where another user, or no user, is signed in.
        const isOwn = identity.kind === 'user' && identity.userId === user.id;
        return { email, user: isOwn ? user : null };
      }),
    requestPasswordReset: (_, { input }, { origin }) =>
      refusable({ isAccepted: null }, async () => {
        await requestPasswordReset(deps, input, origin);
        return { isAccepted: true };
      }),
    setUserRole: (_, { input }, { identity, origin }) =>
      refusable({ user: null }, async () => ({ user: await setUserRole(deps, input, identity, origin) })),
    setUserActive: (_, { input }, { identity, origin }) =>
      refusable({ user: null }, async () => ({ user: await setUserActive(deps, input, identity, origin) })),
  };
}

/**
 * Answers with a new session. The rest of this request is then answered as its user: `session { user }` shows them their own
 * account, although the request arrived without an identity.
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
