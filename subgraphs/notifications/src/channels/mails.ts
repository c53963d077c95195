import type { AnyEvent, EventData, EventType } from '@cartograph/events';
import { formatAmount, multiplyMoney, type Money } from '@cartograph/money';
import type { KnownOrder, NotificationKind, Recipient } from '../domain/notification.js';
import type { MailContent } from './layout.js';

export interface Mail extends MailContent {
  readonly kind: NotificationKind;
  /** Another address than the recipient's, where the event names one. */
  readonly to?: string;
}

/** To make one costs more than all that a mail does with it. */
const priceFormats = new Map<string, Intl.NumberFormat>();

function price(money: Money): string {
  const { currency } = money;
  const format =
    priceFormats.get(currency) ?? new Intl.NumberFormat('en-GB', { style: 'currency', currency });
  priceFormats.set(currency, format);
  return format.format(Number(formatAmount(money)));
}

const countries = new Intl.DisplayNames('en', { type: 'region' });
const day = (iso: string) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(
    new Date(iso),
  );

/** Events that a person is written to about. */
const MAILED_EVENT_TYPES = [
  'user.registered',
  'user.password_reset_requested',
  'user.email_change_requested',
  'order.placed',
  'order.shipped',
  'order.delivered',
  'order.cancelled',
  'payment.succeeded',
  'payment.failed',
  'payment.refunded',
] as const satisfies readonly EventType[];

export type MailedEvent = Extract<AnyEvent, { type: (typeof MAILED_EVENT_TYPES)[number] }>;

export const isMailed = (event: AnyEvent): event is MailedEvent =>
  (MAILED_EVENT_TYPES as readonly string[]).includes(event.type);

/**
 * The mail a person gets because of an event.
 * @param order needed for events of payments, which do not bring its number along
 * @param storefront where links lead, without a slash at the end
 */
export function mailAbout(
  event: MailedEvent,
  recipient: Recipient,
  order: KnownOrder | undefined,
  storefront: string,
): Mail {
  const orderButton = (orderId: string) => ({
    label: 'See your order',
    url: `${storefront}/orders/${orderId}`,
  });
  const hello = `Hello ${recipient.name},`;
  switch (event.type) {
    case 'user.registered':
      return {
        kind: 'WELCOME',
        subject: 'Welcome to Cartograph',
        heading: `Welcome, ${recipient.name}`,
        paragraphs: [
          'Your account is open. You can now check out faster, follow your orders as they move and find them all in one place.',
        ],
        button: { label: 'Start shopping', url: storefront },
      };
    case 'user.password_reset_requested':
      return {
        kind: 'PASSWORD_RESET',
        subject: 'Choose a new password',
        heading: 'Choose a new password',
        paragraphs: [
          hello,
          `Somebody asked for a new password for your account. The link works once, until ${day(event.data.expiresAt)} UTC.`,
        ],
        button: {
          label: 'Choose a new password',
          url: `${storefront}/reset-password?token=${encodeURIComponent(event.data.token)}`,
        },
        closing: 'If it was not you, nothing has changed and there is nothing to do.',
      };
    case 'user.email_change_requested':
      return {
        kind: 'EMAIL_CHANGE',
        to: event.data.newEmail,
        subject: 'Confirm your new e-mail address',
        heading: 'Confirm your new e-mail address',
        paragraphs: [
          hello,
          `This address is to become the one you sign in with. The link works once, until ${day(event.data.expiresAt)} UTC.`,
        ],
        button: {
          label: 'Confirm this address',
          url: `${storefront}/confirm-email?token=${encodeURIComponent(event.data.token)}`,
        },
        closing: 'If you know nothing of this, ignore it: the account stays as it is.',
      };
    case 'order.placed':
      return {
        kind: 'ORDER_PLACED',
        subject: `We have your order ${event.data.number}`,
        heading: 'Thank you for your order',
        paragraphs: [
          hello,
          `We have your order ${event.data.number} and have put everything in it aside for you. You will hear from us when it is paid and when it leaves.`,
        ],
        ...itemTable(event.data),
        button: orderButton(event.data.orderId),
        closing: `It goes to ${addressLine(event.data.shippingAddress)}.`,
      };
    case 'payment.succeeded':
      return {
        kind: 'ORDER_PAID',
        subject: `Order ${order!.number} is paid`,
        heading: 'Your payment has arrived',
        paragraphs: [
          hello,
          `We received ${price(event.data.amount)} for your order ${order!.number}. It is being packed now.`,
        ],
        button: orderButton(event.data.orderId),
      };
    case 'payment.failed':
      return {
        kind: 'PAYMENT_FAILED',
        subject: `The payment for order ${order!.number} did not work`,
        heading: 'Your payment did not work',
        paragraphs: [
          hello,
          `We tried to charge ${price(event.data.amount)} for your order ${order!.number}, without success: ${event.data.reason}`,
          ...(event.data.canRetry
            ? [
                'We keep everything aside for a short while, so that you can try again, with another means of payment if you like.',
              ]
            : ['The order is cancelled, so there is nothing left for you to do.']),
        ],
        button: { ...orderButton(event.data.orderId), ...(event.data.canRetry && { label: 'Try again' }) },
      };
    case 'payment.refunded':
      return {
        kind: 'ORDER_REFUNDED',
        subject: `${price(event.data.amount)} refunded for order ${order!.number}`,
        heading: 'Your money is on its way back',
        paragraphs: [
          hello,
          `We gave back ${price(event.data.amount)} for your order ${order!.number}. Depending on your bank it takes a few days to show.`,
          ...(event.data.reason ? [`The reason: ${event.data.reason}`] : []),
        ],
        button: orderButton(event.data.orderId),
      };
    case 'order.shipped':
      return {
        kind: 'ORDER_SHIPPED',
        subject: `Order ${event.data.number} is on its way`,
        heading: 'Your order is on its way',
        paragraphs: [
          hello,
          `Your order ${event.data.number} has left our house.`,
          ...(event.data.note ? [`A note from us: ${event.data.note}`] : []),
        ],
        ...itemTable(event.data),
        button: orderButton(event.data.orderId),
      };
    case 'order.delivered':
      return {
        kind: 'ORDER_DELIVERED',
        subject: `Order ${event.data.number} has arrived`,
        heading: 'Your order has arrived',
        paragraphs: [
          hello,
          `Your order ${event.data.number} was delivered. We hope you enjoy it; if anything is not right, just answer this mail.`,
        ],
        ...itemTable(event.data),
        button: orderButton(event.data.orderId),
      };
    case 'order.cancelled':
      return {
        kind: 'ORDER_CANCELLED',
        subject: `Order ${event.data.number} was cancelled`,
        heading: 'Your order was cancelled',
        paragraphs: [
          hello,
          `Your order ${event.data.number} was cancelled.${event.data.note ? ` The reason: ${event.data.note}` : ''}`,
          'If you had paid already, the money goes back the way it came; we write again when it does.',
        ],
        ...itemTable(event.data),
        button: orderButton(event.data.orderId),
      };
  }
}

/** To staff. */
export function webhookDisabledMail(url: string, reason: string, storefront: string): Mail {
  return {
    kind: 'WEBHOOK_DISABLED',
    subject: 'A webhook was disabled',
    heading: 'A webhook was disabled',
    paragraphs: [
      `Nothing is delivered to ${url} any more.`,
      reason,
      'Its delivery log says what was answered; enable it again when the receiver is mended.',
    ],
    button: { label: 'See the webhooks', url: `${storefront}/admin/webhooks` },
  };
}

function itemTable({
  items,
  total,
}: Pick<EventData<'order.shipped'>, 'items' | 'total'>): Pick<MailContent, 'rows' | 'total'> {
  return {
    rows: items.map(({ name, quantity, unitPrice }) => ({
      label: `${quantity} × ${name}`,
      amount: price(multiplyMoney(unitPrice, quantity)),
    })),
    total: { label: 'Total', amount: price(total) },
  };
}

function addressLine({
  name,
  line1,
  line2,
  postalCode,
  city,
  region,
  country,
}: EventData<'order.placed'>['shippingAddress']): string {
  return [name, line1, line2, [postalCode, city].filter(Boolean).join(' '), region, countries.of(country)]
    .filter(Boolean)
    .join(', ');
}
