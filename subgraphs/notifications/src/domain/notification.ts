export type NotificationKind =
  | 'WELCOME'
  | 'PASSWORD_RESET'
  | 'EMAIL_CHANGE'
  | 'ORDER_PLACED'
  | 'ORDER_PAID'
  | 'PAYMENT_FAILED'
  | 'ORDER_SHIPPED'
  | 'ORDER_DELIVERED'
  | 'ORDER_CANCELLED'
  | 'ORDER_REFUNDED'
  | 'WEBHOOK_DISABLED';

export interface Notification {
  readonly id: string;
  /** The event behind it. Together with `kind` and `to`, it makes a notification unique. */
  readonly eventId: string;
  readonly kind: NotificationKind;
  /** The user who receives it; null for staff. */
  readonly userId: string | null;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly status: 'PENDING' | 'SENT' | 'FAILED';
  readonly attempts: number;
  readonly failureReason: string | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
}

/** Kinds whose text contains a link that works like a password. The text is removed once the mail is sent. */
export const PERSONAL_LINK_KINDS: ReadonlySet<NotificationKind> = new Set(['PASSWORD_RESET', 'EMAIL_CHANGE']);

/** A person who receives mails, with the data of the latest user event. */
export interface Recipient {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
}

/** The part of an order that payment events lack. */
export interface KnownOrder {
  readonly orderId: string;
  readonly number: string;
}

const MAIL_ATTEMPTS = 12;

/**
 * Milliseconds until the next attempt to send a mail, or undefined to give up.
 * @param attempts how many have failed, from 1
 * @param random returns a number from 0 up to, but not including, 1
 */
export function mailRetryDelay(attempts: number, random: () => number): number | undefined {
  if (attempts >= MAIL_ATTEMPTS) return undefined;
  const full = Math.min(3_600_000, 1_000 * 2 ** attempts);
  return Math.round(full / 2 + (full / 2) * random());
}
