import type { AnyEvent } from '@cartograph/events';
import type { Worker } from '@cartograph/kit';
import { layOutHtml, layOutText } from './channels/layout.js';
import { isMailed, mailAbout, type Mail } from './channels/mails.js';
import type { KnownOrder, Notification, Recipient } from './domain/notification.js';
import { isWebhookEventType, webhookPayload } from './domain/webhook.js';
import type { NotificationsStore } from './store/store.js';

export interface EventNotifierDependencies {
  readonly store: NotificationsStore;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly mails: Pick<Worker<Notification>, 'reserve' | 'wake'>;
  /** How long a mail is left to the process that sends it, in milliseconds. */
  readonly mailLeaseMs: number;
  /** Called after a commit that left webhook deliveries to make. */
  readonly onDeliveries: () => void;
  /** Without a slash at the end. */
  readonly storefront: string;
}

/** A mail as it is kept until it is sent. @param to where it goes unless the mail itself says so */
export function newNotification(
  mail: Mail,
  about: Pick<Notification, 'id' | 'eventId' | 'userId' | 'to' | 'createdAt'>,
): Notification {
  return {
    ...about,
    kind: mail.kind,
    to: mail.to ?? about.to,
    subject: mail.subject,
    text: layOutText(mail),
    html: layOutHtml(mail),
    status: 'PENDING',
    attempts: 0,
    failureReason: null,
    sentAt: null,
  };
}

/**
 * Makes a mail and webhook deliveries out of an event, once.
 * @throws Error while the person or the order it speaks of is not known yet: their own events come by another way.
 */
export function createEventNotifier(deps: EventNotifierDependencies): (event: AnyEvent) => Promise<void> {
  const { store, newId, now, mails, storefront } = deps;

  async function mailFor(event: AnyEvent): Promise<Notification | undefined> {
    if (!isMailed(event)) return undefined;
    const { data } = event;
    const userId = 'customerId' in data ? data.customerId : data.userId;
    const { recipient, order } = await store.acquaintances(
      userId,
      'paymentId' in data ? data.orderId : undefined,
    );
    if (!recipient) throw new Error(`User ${userId} is not known yet.`);
    if ('paymentId' in data && !order) throw new Error('The order of this payment is not known yet.');
    return newNotification(mailAbout(event, recipient, order, storefront), {
      id: newId(),
      eventId: event.id,
      userId,
      to: recipient.email,
      createdAt: now(),
    });
  }

  return async (event) => {
    const person = personIn(event);
    // Not in the transaction of the effect: the newest wins however often it is told, and the mail is to speak of that one.
    if (person) await store.saveRecipient(person, new Date(event.occurredAt));
    const mail = await mailFor(event);
    const hand = mail && mails.reserve();
    try {
      const made = await store.recordEvent({
        eventId: event.id,
        eventType: event.type,
        order: orderIn(event),
        mail: mail && {
          ...mail,
          dueAt: hand ? new Date(mail.createdAt.getTime() + deps.mailLeaseMs) : mail.createdAt,
        },
        webhookPayload: isWebhookEventType(event.type) ? webhookPayload(event) : undefined,
        at: now(),
      });
      if (mail && made.mails > 0) {
        if (hand) hand.start(mail);
        else mails.wake();
      }
      if (made.deliveries > 0) deps.onDeliveries();
    } finally {
      hand?.release();
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
