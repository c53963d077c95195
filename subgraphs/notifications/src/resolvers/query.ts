import type { DeadLetterQueue } from '@cartograph/events';
import { PublicError, isId, MAX_PAGE_SIZE } from '@cartograph/kit';
import { WEBHOOK_EVENT_TYPES } from '../domain/webhook.js';
import type { QueryResolvers } from '../generated/graphql.js';
import type { NotificationsStore } from '../store/store.js';
import { listNotifications } from '../use-cases/list-newest.js';

interface Deps {
  readonly store: NotificationsStore;
  readonly deadLetters: Pick<DeadLetterQueue, 'list'>;
}

export function createQueryResolvers({ store, deadLetters }: Deps): QueryResolvers {
  return {
    notifications: (_, page) => listNotifications(store, {}, page),
    webhooks: () => store.webhooks(),
    webhook: async (_, { id }) => (isId(id) ? ((await store.webhook(id)) ?? null) : null),
    webhookEventTypes: () => WEBHOOK_EVENT_TYPES,
    deadLetters: async (_, { first }) => {
      const limit = first ?? 50;
      if (limit < 1 || limit > MAX_PAGE_SIZE)
        throw new PublicError('BAD_USER_INPUT', `"first" must be from 1 to ${MAX_PAGE_SIZE}, got ${limit}.`);
      return deadLetters.list({ limit });
    },
  };
}
