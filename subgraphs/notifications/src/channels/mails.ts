import type { AnyEvent, EventData, EventType } from '@cartograph/events';
import { countryName } from '@cartograph/kit/countries';
import { formatAmount, multiplyMoney, type Money } from '@cartograph/money';
import type { KnownOrder, NotificationKind, Recipient } from '../domain/notification.js';
import type { MailContent } from './layout.js';

export interface Mail extends MailContent {
  readonly kind: NotificationKind;
  /** An address other than the recipient's, if the event names one. */
  readonly to?: string;
}

/** Formats are cached because creating one costs more than a mail's use of it. */
const priceFormats = new Map<string, Intl.NumberFormat>();

function price(money: Money): string {
  const { currency } = money;
  const format =
    priceFormats.get(currency) ?? new Intl.NumberFormat('en-GB', { style: 'currency', currency });
  priceFormats.set(currency, format);
  return format.format(Number(formatAmount(money)));
}

const day = (iso: string) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(
    new Date(iso),
  );

/** Events that a person receives a mail about. */
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
 * The mail that a person receives about an event.
 * @param order required for payment events, which do not contain its number
 * @param storefront the start of links, without a slash at the end
 */
export function mailAbout(
  event: MailedEvent,
  recipient: Recipient,
  order: KnownOrder | undefined,
  storefront: string,
): Mail {
  const orderButton = (orderId: string) => ({
    label: 'View your order',
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
          'Your account is ready. You can now check out faster, follow your orders live and find them all in one place.',
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
          `We received a request to reset the password of your account. The link works once, until ${day(event.data.expiresAt)} UTC.`,
        ],
        button: {
          label: 'Choose a new password',
          url: `${storefront}/reset-password?token=${encodeURIComponent(event.data.token)}`,
        },
        closing: 'If you did not request this, you can ignore this e-mail. Your password has not changed.',
      };
    case 'user.email_change_requested':
      return {
        kind: 'EMAIL_CHANGE',
        to: event.data.newEmail,
        subject: 'Confirm your new e-mail address',
        heading: 'Confirm your new e-mail address',
        paragraphs: [
          hello,
          `Please confirm that you want to sign in with this address. The link works once, until ${day(event.data.expiresAt)} UTC.`,
        ],
        button: {
          label: 'Confirm this address',
          url: `${storefront}/confirm-email?token=${encodeURIComponent(event.data.token)}`,
        },
        closing: 'If you did not request this, you can ignore this e-mail. The account has not changed.',
      };
    case 'order.placed':
      return {
        kind: 'ORDER_PLACED',
        subject: `We have received your order ${event.data.number}`,
        heading: 'Thank you for your order',
        paragraphs: [
          hello,
          `We have received your order ${event.data.number} and have reserved its items for you. We will e-mail you when it is paid and when it ships.`,
        ],
        ...itemTable(event.data),
        button: orderButton(event.data.orderId),
        closing: `We will ship it to ${addressLine(event.data.shippingAddress)}.`,
      };
    case 'payment.succeeded':
      return {
        kind: 'ORDER_PAID',
        subject: `Order ${order!.number} is paid`,
        heading: 'We have received your payment',
        paragraphs: [
          hello,
          `We have received ${price(event.data.amount)} for your order ${order!.number} and are preparing it for shipping.`,
        ],
        button: orderButton(event.data.orderId),
      };
    case 'payment.failed':
      return {
        kind: 'PAYMENT_FAILED',
        subject: `The payment for order ${order!.number} failed`,
        heading: 'Your payment failed',
        paragraphs: [
          hello,
          `We could not charge ${price(event.data.amount)} for your order ${order!.number}: ${event.data.reason}`,
          ...(event.data.canRetry
            ? [
                'Your items are still reserved for a short time. You can try again, with another payment method if you like.',
              ]
            : ['The order has been cancelled, so you do not need to do anything.']),
        ],
        button: { ...orderButton(event.data.orderId), ...(event.data.canRetry && { label: 'Try again' }) },
      };
    case 'payment.refunded':
      return {
        kind: 'ORDER_REFUNDED',
        subject: `${price(event.data.amount)} refunded for order ${order!.number}`,
        heading: 'Your refund is on its way',
        paragraphs: [
          hello,
          `We have refunded ${price(event.data.amount)} for your order ${order!.number}. Depending on your bank, it may take a few days to arrive.`,
          ...(event.data.reason ? [`Reason: ${event.data.reason}`] : []),
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
          `Your order ${event.data.number} has shipped.`,
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
          `Your order ${event.data.number} was delivered. We hope you enjoy it. If anything is wrong, please reply to this e-mail.`,
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
          `Your order ${event.data.number} was cancelled.${event.data.note ? ` Reason: ${event.data.note}` : ''}`,
          'If you have already paid, we will refund your payment and e-mail you when we do.',
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
      `Events are no longer delivered to ${url}.`,
      reason,
      'Its delivery log shows the responses. Enable the webhook again when the receiver is fixed.',
    ],
    button: { label: 'View webhooks', url: `${storefront}/admin/webhooks` },
  };
}

function itemTable({
  items,
  discounts = [],
  total,
}: Pick<EventData<'order.shipped'>, 'items' | 'discounts' | 'total'>): Pick<MailContent, 'rows' | 'total'> {
  return {
    rows: [
      ...items.map(({ name, quantity, unitPrice }) => ({
        label: `${quantity} × ${name}`,
        amount: price(multiplyMoney(unitPrice, quantity)),
      })),
      ...discounts.map(({ code, label, amount }) => ({
        label: `${label} (${code})`,
        amount: price(multiplyMoney(amount, -1)),
      })),
    ],
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
  return [name, line1, line2, [postalCode, city].filter(Boolean).join(' '), region, countryName(country)]
    .filter(Boolean)
    .join(', ');
}
