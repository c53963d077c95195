import type { Resolvers } from '../generated/graphql.js';
import type { NotificationsStore } from '../store/store.js';
import { listDeliveries } from '../use-cases/list-newest.js';

export function createWebhookResolvers(
  store: NotificationsStore,
): Pick<Resolvers, 'Webhook' | 'WebhookDelivery'> {
  return {
    Webhook: {
      eventTypes: ({ eventTypes }) => [...eventTypes],
      deliveries: ({ id }, page) => listDeliveries(store, id, page),
    },
    WebhookDelivery: { attempts: ({ id }, _, { attempts }) => attempts.load(id) },
  };
}
