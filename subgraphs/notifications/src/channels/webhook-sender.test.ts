import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import type { Webhook } from '../domain/webhook.js';
import { publicLookup } from './webhook-address.js';
import { createWebhookSender } from './webhook-sender.js';

/** An internal service, which no webhook may reach. */
let inside: Server;
let reached = 0;
let port: number;
beforeAll(async () => {
  inside = createServer((_, response) => {
    reached++;
    response.end('secret');
  });
  await new Promise<void>((resolve) => inside.listen(0, '::', resolve));
  ({ port } = inside.address() as AddressInfo);
});
afterAll(() => new Promise((resolve) => inside.close(resolve)));

const webhook = (url: string): Webhook => ({
  id: 'w',
  url,
  eventTypes: ['order.placed'],
  secret: `whsec_${Buffer.alloc(24).toString('base64')}`,
  previousSecrets: [],
  isActive: true,
  disabledReason: null,
  createdAt: new Date(),
});

describe('a webhook that was accepted before', () => {
  it.each([
    ['an address', () => `https://127.0.0.1:${port}/`, /private/],
    ['an address in IPv6', () => `https://[::ffff:127.0.0.1]:${port}/`, /private/],
    ['plain http', () => `http://127.0.0.1:${port}/`, /https/],
  ])('reaches no internal service by %s', async (_what, url, reason) => {
    const sender = createWebhookSender({ allowPrivate: false, timeoutMs: 1_000 });
    const result = await sender.send(webhook(url()), { eventId: 'e', payload: '{}' }, new Date());
    await sender.close();
    expect(result).toMatchObject({
      statusCode: null,
      responseBody: null,
      error: expect.stringMatching(reason),
    });
    expect(reached).toBe(0);
  });

  it('reaches no internal service by a name that its owner changes later', async () => {
    const agent = new Agent({ connect: { lookup: publicLookup } });
    const sending = request(`http://localhost:${port}/`, { dispatcher: agent });
    await expect(sending).rejects.toThrow(/localhost resolves to the private address (127\.0\.0\.1|::1)/);
    await agent.destroy();
    expect(reached).toBe(0);
  });
});
