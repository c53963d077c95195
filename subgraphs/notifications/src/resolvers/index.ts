import type { DeadLetterQueue } from '@cartograph/events';
import { scalarResolvers, type UserIdentity } from '@cartograph/kit';
import type { Notification } from '../domain/notification.js';
import type { Resolvers } from '../generated/graphql.js';
import type { NotificationsStore } from '../store/store.js';
import type { ManageWebhooks } from '../use-cases/manage-webhooks.js';
import { deadLetterResolvers } from './dead-letter.js';
import { createMutationResolvers } from './mutation.js';
import { createQueryResolvers } from './query.js';
import { createUserResolvers } from './user.js';
import { createWebhookResolvers } from './webhook.js';

interface Deps {
  readonly store: NotificationsStore;
  readonly webhooks: ManageWebhooks;
  readonly deadLetters: DeadLetterQueue;
}

/** Decides who is the `OWNER` of an object for `@access`. */
export const owners = {
  User: ({ id }: { id: string }, { userId }: UserIdentity) => id === userId,
  Notification: (notification: Notification, { userId }: UserIdentity) => notification.userId === userId,
};

export function createResolvers({ store, webhooks, deadLetters }: Deps): Resolvers {
  return {
    ...(scalarResolvers as Pick<Resolvers, 'DateTime'>),
    ...createWebhookResolvers(store),
    Query: createQueryResolvers({ store, deadLetters }),
    Mutation: createMutationResolvers({ webhooks, deadLetters }),
    User: createUserResolvers(store),
    DeadLetter: deadLetterResolvers,
  };
}
