import { layOutHtml, layOutText } from '../channels/layout.js';
import type { Mail } from '../channels/mails.js';
import type { Notification } from '../domain/notification.js';

/** A mail as it is stored until it is sent. @param about.to the address, unless the mail names another one */
export function createNotification(
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
