import type { DeadLetterQueue } from '@cartograph/events';
import { refusable, Refusal } from '@cartograph/kit';
import type { MutationResolvers } from '../generated/graphql.js';
import type { ManageWebhooks } from '../use-cases/manage-webhooks.js';

interface Deps {
  readonly webhooks: ManageWebhooks;
  readonly deadLetters: Pick<DeadLetterQueue, 'replay'>;
}

export function createMutationResolvers({ webhooks, deadLetters }: Deps): MutationResolvers {
  return {
    createWebhook: (_, { input }) => refusable({ webhook: null, secret: null }, () => webhooks.create(input)),
    rotateWebhookSecret: (_, { input }) =>
      refusable({ webhook: null, secret: null }, () => webhooks.rotateSecret(input.webhookId)),
    setWebhookActive: (_, { input }) =>
      refusable({ webhook: null }, async () => ({
        webhook: await webhooks.setActive(input.webhookId, input.isActive),
      })),
    deleteWebhook: (_, { input }) =>
      refusable({ deletedWebhookId: null }, async () => {
        await webhooks.remove(input.webhookId);
        return { deletedWebhookId: input.webhookId };
      }),
    redeliverWebhook: (_, { input }) =>
      refusable({ delivery: null }, async () => ({ delivery: await webhooks.redeliver(input.deliveryId) })),
    replayDeadLetter: (_, { input }) =>
      refusable({ replayedId: null }, async () => {
        if (!(await deadLetters.replay(input.id)))
          throw new Refusal('NOT_FOUND', 'Dead letter not found.', ['id']);
        return { replayedId: input.id };
      }),
  };
}
