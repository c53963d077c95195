import type { Clock, Logger } from '@cartograph/kit';
import type { Mailer } from '../channels/mailer.js';
import { mailRetryDelay, type Notification } from '../domain/notification.js';
import type { NotificationsStore } from '../store/store.js';

interface Deps {
  readonly store: Pick<NotificationsStore, 'markSent' | 'markUnsent'>;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly clock: Clock;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
  readonly logger: Logger;
}

/** Sends a mail and records the result. */
export function createSendMail({
  store,
  mailer,
  clock,
  random,
  logger,
}: Deps): (notification: Notification) => Promise<void> {
  return async (notification) => {
    try {
      await mailer.send(notification);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const attempts = notification.attempts + 1;
      const delay = mailRetryDelay(attempts, random);
      logger.warn({ err: error, notification: notification.id, attempts }, 'Could not send a mail');
      await store.markUnsent(notification.id, {
        attempts,
        failureReason: reason.slice(0, 500),
        ...(delay === undefined ? { status: 'FAILED' } : { dueAt: new Date(clock().getTime() + delay) }),
      });
      return;
    }
    await store.markSent(notification.id);
  };
}
