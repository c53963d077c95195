import DataLoader from 'dataloader';
import type { WebhookAttempt } from './domain/webhook.js';
import type { NotificationsStore } from './store/store.js';

/** One store round trip per batch and request. */
export interface Loaders {
  readonly attempts: DataLoader<string, WebhookAttempt[]>;
}

export function createLoaders(store: NotificationsStore): Loaders {
  return {
    attempts: new DataLoader(async (ids: readonly string[]) => {
      const rows = new Map<string, WebhookAttempt[]>(ids.map((id) => [id, []]));
      for (const attempt of await store.attemptsOf(ids)) rows.get(attempt.deliveryId)?.push(attempt);
      return ids.map((id) => rows.get(id)!);
    }),
  };
}
