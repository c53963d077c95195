import type { UserResolvers } from '../generated/graphql.js';
import type { NotificationsStore } from '../store/store.js';
import { listNotifications } from '../use-cases/list-newest.js';

export function createUserResolvers(store: NotificationsStore): UserResolvers {
  return {
    __resolveReference: ({ id }) => ({ id }),
    notifications: ({ id }, page) => listNotifications(store, { userId: id }, page),
  };
}
