import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GraphClient } from '@cartograph/testing';
import { Webhook } from 'standardwebhooks';

export interface WebhookReceiver {
  /** By message id: how often it came, and how many different bodies came under it. */
  readonly messages: ReadonlyMap<string, { readonly times: number; readonly bodies: ReadonlySet<string> }>;
  /** Signatures that did not fit. */
  readonly forged: number;
  close(): Promise<void>;
}

/**
 * A receiver as the specification wants it: checks signatures and tells repeats by the message id. Now and then it
 * fails, before or after it has noted the message, so that senders must repeat themselves.
 */
export async function startWebhookReceiver(
  staff: GraphClient,
  options: { readonly eventTypes: readonly string[]; readonly failures: () => boolean },
): Promise<WebhookReceiver> {
  const messages = new Map<string, { times: number; bodies: Set<string> }>();
  let forged = 0;
  let verifier: Webhook | null = null;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const id = String(request.headers['webhook-id']);
      if (!verifier) {
        response.writeHead(503).end();
        return;
      }
      try {
        verifier.verify(body, request.headers as Record<string, string>);
      } catch {
        forged++;
        response.writeHead(401).end();
        return;
      }
      if (options.failures()) {
        response.writeHead(503).end();
        return;
      }
      const message = messages.get(id) ?? { times: 0, bodies: new Set<string>() };
      message.times++;
      message.bodies.add(createHash('sha256').update(body).digest('hex'));
      messages.set(id, message);
      // The work is done, the answer is not: what comes again has the same id.
      if (options.failures()) request.socket.destroy();
      else response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { createWebhook } = await staff.expectData<{
    createWebhook: { secret: string | null; userErrors: { message: string }[] };
  }>(
    `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret userErrors { message } } }`,
    {
      input: {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        eventTypes: options.eventTypes,
      },
    },
  );
  if (!createWebhook.secret) throw new Error(`No webhook: ${JSON.stringify(createWebhook.userErrors)}`);
  verifier = new Webhook(createWebhook.secret);
  return {
    messages,
    get forged() {
      return forged;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
