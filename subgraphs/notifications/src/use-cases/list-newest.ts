import {
  createConnection,
  createTimeCursor,
  readPage,
  readTimeKey,
  type Connection,
  type PageArguments,
} from '@cartograph/kit';
import type { Notification } from '../domain/notification.js';
import type { WebhookDelivery } from '../domain/webhook.js';
import type { Listing, NotificationsStore, TimeKey } from '../store/store.js';

/** All notifications, or those of one user. @throws PublicError BAD_USER_INPUT */
export const listNotifications = (
  store: Pick<NotificationsStore, 'notifications'>,
  filter: { readonly userId?: string },
  args: PageArguments,
): Promise<Connection<Notification>> =>
  listNewest(filter.userId ? `notifications:${filter.userId}` : 'notifications', args, (after, limit) =>
    store.notifications(filter, after, limit),
  );

/** The deliveries of one webhook. @throws PublicError BAD_USER_INPUT */
export const listDeliveries = (
  store: Pick<NotificationsStore, 'deliveries'>,
  webhookId: string,
  args: PageArguments,
): Promise<Connection<WebhookDelivery>> =>
  listNewest(`deliveries:${webhookId}`, args, (after, limit) => store.deliveries(webhookId, after, limit));

async function listNewest<Row extends TimeKey>(
  list: string,
  args: PageArguments,
  load: (after: TimeKey | undefined, limit: number) => Promise<Listing<Row>>,
): Promise<Connection<Row>> {
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
