import type { AnyEvent } from '@cartograph/events';
import type { Clock, Worker } from '@cartograph/kit';
import { isMailed, mailAbout } from '../channels/mails.js';
import type { KnownOrder, Notification, Recipient } from '../domain/notification.js';
import { isWebhookEventType, webhookPayload } from '../domain/webhook.js';
import type { NotificationsStore } from '../store/store.js';
import { createNotification } from './create-notification.js';

interface Deps {
  readonly store: NotificationsStore;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly mails: Pick<Worker<Notification>, 'reserve' | 'wake'>;
  /** How long a mail is reserved for the process that sends it, in milliseconds. */
  readonly mailLeaseMs: number;
  /** Called after a commit that stored webhook deliveries. */
  readonly onDeliveries: () => void;
  /** Without a slash at the end. */
  readonly storefront: string;
}

/**
 * Stores the mail and the webhook deliveries that an event leads to, once.
 * @throws Error while the person or order that the event refers to is unknown, because their own events arrive separately
 */
export function createRecordEvent(deps: Deps): (event: AnyEvent) => Promise<void> {
  const { store, newId, clock, mails, storefront } = deps;

  async function mailFor(event: AnyEvent): Promise<Notification | undefined> {
    if (!isMailed(event)) return undefined;
    const { data } = event;
    const userId = 'customerId' in data ? data.customerId : data.userId;
    const { recipient, order } = await store.findRecipientAndOrder(
      userId,
      'paymentId' in data ? data.orderId : undefined,
    );
    if (!recipient) throw new Error(`User ${userId} is not known yet.`);
    if ('paymentId' in data && !order) throw new Error('The order of this payment is not known yet.');
    return createNotification(mailAbout(event, recipient, order, storefront), {
      id: newId(),
      eventId: event.id,
      userId,
      to: recipient.email,
      createdAt: clock(),
    });
  }

  return async (event) => {
    const person = personIn(event);
    // Stored separately, before the mail: the newest data of a person wins in any order of events, and the mail uses it.
    if (person) await store.saveRecipient(person, new Date(event.occurredAt));
    const mail = await mailFor(event);
    const reservation = mail && mails.reserve();
    try {
      const stored = await store.recordEvent({
        eventId: event.id,
        eventType: event.type,
        order: orderIn(event),
        mail: mail && {
          ...mail,
          dueAt: reservation ? new Date(mail.createdAt.getTime() + deps.mailLeaseMs) : mail.createdAt,
        },
        webhookPayload: isWebhookEventType(event.type) ? webhookPayload(event) : undefined,
        at: clock(),
      });
      if (mail && stored.mails > 0) {
        if (reservation) reservation.start(mail);
        else mails.wake();
      }
      if (stored.deliveries > 0) deps.onDeliveries();
    } finally {
      reservation?.release();
    }
  };
}

function personIn({ type, data }: AnyEvent): Recipient | undefined {
  if (!type.startsWith('user.') || !('email' in data)) return undefined;
  const { userId, email, name } = data;
  return { userId, email, name };
}

function orderIn({ data }: AnyEvent): KnownOrder | undefined {
  return 'number' in data ? { orderId: data.orderId, number: data.number } : undefined;
}
