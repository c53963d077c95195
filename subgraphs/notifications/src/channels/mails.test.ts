import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent, type EventData } from '@cartograph/events';
import { layOutHtml, layOutText } from './layout.js';
import { createMailer } from './mailer.js';
import { mailAbout, type MailedEvent } from './mails.js';

const HOSTILE = '<img src=x onerror="alert(1)"> & Söhne';
const carl = { userId: 'carl', name: HOSTILE, email: 'carl@example.com' };
const eur = (minor: number) => ({ minor, currency: 'EUR' as const });
const order: EventData<'order.shipped'> = {
  orderId: 'an-order',
  number: 'CG-7F3K-2Q9M',
  customerId: 'carl',
  items: [
    { productId: 'k', sku: 'K', name: `Kettle ${HOSTILE}`, quantity: 2, unitPrice: eur(4_950) },
    { productId: 's', sku: 'S', name: 'Sofa '.repeat(20).trim(), quantity: 10, unitPrice: eur(129_900) },
  ],
  total: eur(1_308_900),
  previousStatus: 'PENDING',
  status: 'PROCESSING',
};
const payment = { paymentId: 'p', orderId: 'an-order', customerId: 'carl', amount: eur(1_308_900) };
const of = { aggregateId: 'an-order', sequence: 1 };
const shippingAddress = {
  name: 'Carl',
  line1: 'Harbour Street 1',
  line2: null,
  city: 'Cork',
  region: 'Munster',
  postalCode: 'T12',
  country: 'IE',
};

/** The eight mails of a purchase: the event, and what the mail about it must contain. */
const story: readonly [MailedEvent, string, readonly string[]][] = [
  [
    createEvent('user.registered', { aggregateId: 'carl', data: carl }),
    'WELCOME',
    ['Start shopping: https://shop.example'],
  ],
  [
    createEvent('order.placed', {
      ...of,
      data: { ...order, paymentToken: null, placedAt: '2026-01-02T03:04:05.000Z', shippingAddress },
    }),
    'ORDER_PLACED',
    [
      '2 × Kettle',
      '€99.00',
      '€12,990.00',
      'Total',
      '€13,089.00',
      'Carl, Harbour Street 1, T12 Cork, Munster, Ireland',
    ],
  ],
  [createEvent('payment.succeeded', { ...of, data: payment }), 'ORDER_PAID', ['€13,089.00']],
  [
    createEvent('payment.failed', {
      ...of,
      data: { ...payment, reason: 'The card was declined.', canRetry: true },
    }),
    'PAYMENT_FAILED',
    ['The card was declined.', 'Try again: https://shop.example/orders/an-order'],
  ],
  [
    createEvent('order.shipped', { ...of, data: { ...order, note: `DHL ${HOSTILE}` } }),
    'ORDER_SHIPPED',
    ['DHL', '€13,089.00'],
  ],
  [
    createEvent('order.delivered', {
      ...of,
      data: {
        ...order,
        discounts: [{ code: 'TEN', label: 'Ten percent', amount: eur(130_890) }],
        total: eur(1_178_010),
      },
    }),
    'ORDER_DELIVERED',
    ['Ten percent (TEN)', '-€1,308.90', '€11,780.10'],
  ],
  [
    createEvent('order.cancelled', { ...of, data: { ...order, note: `Because of ${HOSTILE}` } }),
    'ORDER_CANCELLED',
    ['Because of', '€13,089.00', 'we will refund your payment'],
  ],
  [
    createEvent('payment.refunded', { ...of, data: { ...payment, refundId: 'r', reason: HOSTILE } }),
    'ORDER_REFUNDED',
    ['€13,089.00', 'a few days'],
  ],
];

describe('a mail', () => {
  it.each(story.map(([event, kind, says]) => [kind, event, says] as const))(
    '%s contains what the person needs to know, in both versions, and escapes HTML',
    (kind, event, says) => {
      const mail = mailAbout(
        event,
        carl,
        { orderId: 'an-order', number: order.number },
        'https://shop.example',
      )!;
      expect(mail.kind).toBe(kind);
      const [text, html] = [layOutText(mail), layOutHtml(mail)];
      for (const words of says) expect(text).toContain(words);
      const shown = html.replace(/<[^>]+>/g, '\n').replaceAll('&amp;', '&');
      for (const words of says) expect(shown).toContain(words.replace(/: https:.*/, ''));
      if (kind !== 'WELCOME') {
        for (const version of [text, html, mail.subject]) expect(version).toContain('CG-7F3K-2Q9M');
        for (const version of [text, html]) expect(version).toContain('https://shop.example/orders/an-order');
      }
      expect(text).toContain(HOSTILE);
      expect(html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; Söhne');
      expect(html).not.toContain('<img');
      for (const line of text.split('\n').filter((each) => each.startsWith('  ')))
        expect(line.length).toBeLessThan(78);
    },
  );
});

describe('the headers of a mail', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cartograph-mail-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('cannot be changed by an address or a subject', async () => {
    const mailer = createMailer({ from: 'Shop <shop@example.com>', smtpUrl: undefined, directory });
    await mailer.send({
      id: 'one',
      to: 'carl@example.com,\r\nBcc: all@example.com, eve@example.com',
      subject: 'Hello\r\nBcc: all@example.com\r\n\r\nBuy now',
      text: 'Text',
      html: '<p>Text</p>',
    });
    mailer.close();
    expect(await readdir(directory)).toEqual(['one.eml']);
    const [headers] = (await readFile(join(directory, 'one.eml'), 'utf8')).split('\r\n\r\n');
    const names = headers!
      .split('\r\n')
      .filter((line) => !/^\s/.test(line))
      .map((line) => line.split(':')[0]);
    expect(names).toEqual([
      'Auto-Submitted',
      'From',
      'To',
      'Subject',
      'Message-ID',
      'Date',
      'MIME-Version',
      'Content-Type',
    ]);
    expect(headers).toContain('Message-ID: <one@cartograph>');
  });
});
