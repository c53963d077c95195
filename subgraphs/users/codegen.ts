/** The types behind the generated resolvers of this subgraph. Paths are relative to src/generated. */
export default {
  contextType: '../context.js#UsersContext',
  mappers: {
    User: '../domain/user.js#User as UserModel',
    Session: '../use-cases/shared/sessions.js#OpenedSession',
    UserSession: '../domain/session.js#Session as UserSessionModel',
    SecurityEvent: '../domain/user.js#SecurityEvent as SecurityEventModel',
  },
};
