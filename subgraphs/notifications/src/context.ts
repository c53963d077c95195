import type { BaseGraphQLContext } from '@cartograph/kit';
import DataLoader from 'dataloader';
import type { WebhookAttempt } from './domain/webhook.js';
import type { NotificationsStore } from './store/store.js';

export interface NotificationsContext extends BaseGraphQLContext {
  /** The attempts of a delivery; one query for all deliveries of a request. */
  readonly attempts: DataLoader<string, WebhookAttempt[]>;
}

interface Deps {
  readonly store: Pick<NotificationsStore, 'attemptsOf'>;
}

export function createContext({ store }: Deps): (base: BaseGraphQLContext) => NotificationsContext {
  return (base) => ({
    ...base,
    attempts: new DataLoader(async (ids: readonly string[]) => {
      const rows = new Map<string, WebhookAttempt[]>(ids.map((id) => [id, []]));
      for (const attempt of await store.attemptsOf(ids)) rows.get(attempt.deliveryId)?.push(attempt);
      return ids.map((id) => rows.get(id)!);
    }),
  });
}
