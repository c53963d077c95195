/** The types behind the generated resolvers of this subgraph; paths are seen from src/generated. */
export default {
  contextType: '../app.js#UsersContext',
  mappers: {
    User: '../domain/user.js#User as UserModel',
    Session: '../service.js#OpenedSession',
    UserSession: '../domain/session.js#Session as UserSessionModel',
    SecurityEvent: '../domain/user.js#SecurityEvent as SecurityEventModel',
  },
};
