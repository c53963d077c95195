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
  /** The event it tells of; with `kind` and `to` it makes a notification unique. */
  readonly eventId: string;
  readonly kind: NotificationKind;
  /** Whom it belongs to; null for staff. */
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

/** Kinds whose text holds a link that works like a password: it is not kept once sent. */
export const PERSONAL_LINK_KINDS: ReadonlySet<NotificationKind> = new Set(['PASSWORD_RESET', 'EMAIL_CHANGE']);

/** Somebody who can be written to, as the last user event told. */
export interface Recipient {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
}

/** What payment events need to know of their order. */
export interface KnownOrder {
  readonly orderId: string;
  readonly number: string;
}

const MAIL_ATTEMPTS = 12;

/** Milliseconds until a mail is tried again after `attempts` failures (from 1), or undefined to give up. */
export function mailRetryDelay(attempts: number, random: () => number = Math.random): number | undefined {
  if (attempts >= MAIL_ATTEMPTS) return undefined;
  const full = Math.min(3_600_000, 1_000 * 2 ** attempts);
  return Math.round(full / 2 + (full / 2) * random());
}
