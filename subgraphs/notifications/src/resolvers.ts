import type { DeadLetterQueue } from '@cartograph/events';
import {
  createConnection,
  createTimeCursor,
  isId,
  MAX_PAGE_SIZE,
  Fault,
  readPage,
  readTimeKey,
  refusable,
  Refusal,
  scalarResolvers,
  type PageArguments,
} from '@cartograph/kit';
import { WEBHOOK_EVENT_TYPES } from './domain/webhook.js';
import type { Resolvers } from './generated/graphql.js';
import type { NotificationsService } from './service.js';
import type { Listing, NotificationsStore, TimeKey } from './store/store.js';

export function createResolvers(
  store: NotificationsStore,
  service: NotificationsService,
  deadLetters: DeadLetterQueue,
): Resolvers {
  const listNotifications = (filter: { userId?: string }, args: PageArguments) =>
    newestFirst(filter.userId ? `notifications:${filter.userId}` : 'notifications', args, (after, limit) =>
      store.notifications(filter, after, limit),
    );

  return {
    ...(scalarResolvers as Pick<Resolvers, 'DateTime'>),
    Query: {
      notifications: (_, args) => listNotifications({}, args),
      webhooks: () => store.webhooks(),
      webhook: async (_, { id }) => (isId(id) ? ((await store.webhook(id)) ?? null) : null),
      webhookEventTypes: () => WEBHOOK_EVENT_TYPES,
      deadLetters: async (_, { first }) => {
        const limit = first ?? 50;
        if (limit < 1 || limit > MAX_PAGE_SIZE)
          throw new Fault('BAD_USER_INPUT', `"first" must be from 1 to ${MAX_PAGE_SIZE}, got ${limit}.`);
        return deadLetters.list({ limit });
      },
    },
    Mutation: {
      createWebhook: (_, { input }) =>
        refusable({ webhook: null, secret: null }, () => service.createWebhook(input)),
      rotateWebhookSecret: (_, { input }) =>
        refusable({ webhook: null, secret: null }, () => service.rotateSecret(input.webhookId)),
      setWebhookActive: (_, { input }) =>
        refusable({ webhook: null }, async () => ({
          webhook: await service.setWebhookActive(input.webhookId, input.isActive),
        })),
      deleteWebhook: (_, { input }) =>
        refusable({ deletedWebhookId: null }, async () => {
          await service.deleteWebhook(input.webhookId);
          return { deletedWebhookId: input.webhookId };
        }),
      redeliverWebhook: (_, { input }) =>
        refusable({ delivery: null }, async () => ({ delivery: await service.redeliver(input.deliveryId) })),
      replayDeadLetter: (_, { input }) =>
        refusable({ replayedId: null }, async () => {
          if (!(await deadLetters.replay(input.id)))
            throw new Refusal('NOT_FOUND', 'There is no such dead letter.', ['id']);
          return { replayedId: input.id };
        }),
    },
    User: {
      __resolveReference: ({ id }) => ({ id }),
      notifications: ({ id }, args) => listNotifications({ userId: id }, args),
    },
    Webhook: {
      eventTypes: ({ eventTypes }) => [...eventTypes],
      deliveries: ({ id }, args) =>
        newestFirst(`deliveries:${id}`, args, (after, limit) => store.deliveries(id, after, limit)),
    },
    WebhookDelivery: { attempts: ({ id }, _, { attempts }) => attempts.load(id) },
    DeadLetter: {
      eventType: ({ event }) => event?.type ?? null,
      event: ({ raw }) => raw,
      failedAt: ({ failedAt }) => new Date(failedAt),
    },
  };
}

async function newestFirst<Row extends TimeKey>(
  list: string,
  args: PageArguments,
  load: (after: TimeKey | undefined, limit: number) => Promise<Listing<Row>>,
) {
  const page = readPage(list, args, (values): TimeKey => {
    const { at, id } = readTimeKey(values);
    return { createdAt: at, id };
  });
  const { rows, totalCount } = await load(page.after, page.first + 1);
  return createConnection(
    rows,
    page,
    ({ createdAt, id }) => createTimeCursor(list, createdAt, id),
    totalCount,
  );
}
