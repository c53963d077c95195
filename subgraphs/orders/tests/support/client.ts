import { IDENTITY_HEADER, signIdentity, type Identity } from '@cartograph/kit';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { SECRET } from './stand-ins.js';

export interface GraphError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string };
}

export interface Answer<Data> {
  data?: Data | null;
  errors?: GraphError[];
}

export const customer = (userId: string, expiresInMs = 900_000): Identity => ({
  kind: 'user',
  userId,
  role: 'CUSTOMER',
  sessionId: 'session',
  expiresAt: Date.now() + expiresInMs,
});

export const admin = (userId = 'ada'): Identity => ({
  kind: 'user',
  userId,
  role: 'ADMIN',
  sessionId: 'session',
  expiresAt: Date.now() + 900_000,
});

export const anonymous: Identity = { kind: 'anonymous' };

const sign = (identity: Identity, secret: string) =>
  signIdentity({
    identity,
    audience: 'orders',
    issuer: identity.kind === 'service' ? `service:${identity.name}` : 'gateway',
    secret,
  });

/** Sends an operation to a running orders service as `identity`. */
export async function send<Data = Record<string, unknown>>(
  url: string,
  identity: Identity,
  query: string,
  variables: Record<string, unknown> = {},
  secret = SECRET,
): Promise<Answer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: await sign(identity, secret) },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer<Data>;
}

/** Opens a stream as the gateway does. `return()` closes it. */
export async function open<Data = Record<string, unknown>>(
  url: string,
  identity: Identity,
  query: string,
  variables: Record<string, unknown> = {},
  secret = SECRET,
): Promise<AsyncGenerator<Answer<Data>>> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: true,
  });
  const stream = client.iterate<Data & Record<string, unknown>>({
    query,
    variables,
    extensions: { headers: { [IDENTITY_HEADER]: await sign(identity, secret) } },
  });
  return stream as unknown as AsyncGenerator<Answer<Data>>;
}
