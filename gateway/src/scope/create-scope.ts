import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { parseAddress } from '@cartograph/kit/client-address';
import type { Identity } from '@cartograph/kit/identity';
import { currentContext } from '@cartograph/kit/request-context';
import type { JsonObject } from '../json/json.js';
import { ANONYMOUS, type FlatHeaders, RequestScope } from './request-scope.js';
import { identityKey } from './identity.js';
import type { Tracing } from '../observe/tracing.js';

export interface ScopeOptions {
  /** Names of client headers passed on to subgraphs, lower case. */
  readonly forwardHeaders: readonly string[];
  /** Proxies before the gateway whose entries in X-Forwarded-For are believed. */
  readonly trustedProxies: number;
  /** Absent without telemetry. */
  readonly tracing?: Tracing | undefined;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;
const REQUEST_ID = /^[\w.:-]{1,100}$/;

/**
 * What a request carries onwards: trace, address, client, and the headers configured.
 * @param parameters a WebSocket's connection parameters, which stand in for headers a browser cannot set there
 */
export function createScope(
  options: ScopeOptions,
  request: IncomingMessage,
  identity: Identity | undefined,
  parameters?: JsonObject,
): RequestScope {
  const { headers } = request;
  const addresses = believedAddresses(request, options.trustedProxies);
  const spans = options.tracing?.(headers['traceparent'] as string | undefined);
  const trace = spans ? { id: spans.traceId, parent: spans.traceparent } : readTrace(headers['traceparent']);
  const forwarded: FlatHeaders = [
    'traceparent',
    trace.parent,
    'x-forwarded-for',
    addresses.join(', '),
    'x-request-id',
    readRequestId(headers['x-request-id'], trace.id),
  ];
  if (headers['user-agent'] !== undefined) forwarded.push('x-client-user-agent', headers['user-agent']);
  // Answers may depend on the headers that are passed on, so they belong to who is asking.
  let key = identityKey(identity);
  for (const name of options.forwardHeaders) {
    const value = headers[name] ?? readParameter(parameters, name);
    if (value === undefined) continue;
    forwarded.push(name, String(value));
    key += `\u0000${name}:${String(value)}`;
  }
  return new RequestScope(identity, key, forwarded, trace.id, addresses[0]!, readClient(headers), spans);
}

/** The scope of what the gateway asks for itself, as a guest: with a trace of its own, and no client's address. */
export function ownScope(): RequestScope {
  const trace = readTrace(undefined);
  return new RequestScope(
    ANONYMOUS,
    identityKey(ANONYMOUS),
    ['traceparent', trace.parent, 'x-request-id', trace.id],
    trace.id,
    '127.0.0.1',
  );
}

/** The forwarded headers as a record; with `only`, those of them. */
export function headersOf({ forwarded }: RequestScope, only?: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < forwarded.length; index += 2) {
    if (!only || only.includes(forwarded[index]!)) headers[forwarded[index]!] = forwarded[index + 1]!;
  }
  return headers;
}

/**
 * The client's address and those of the proxies behind it, in canonical form and without ports. Each proxy appends the
 * address that it was called from, so only the entries that our own proxies wrote, counted from the right, are believed;
 * a client may write anything on the left. An entry that is no address (`unknown`) is left out, so that the next proxy
 * stands for the client.
 */
function believedAddresses(request: IncomingMessage, trustedProxies: number): string[] {
  const remote = request.socket.remoteAddress;
  const peer = (remote === undefined ? undefined : peerAddress(remote)) ?? 'unknown';
  const given = request.headers['x-forwarded-for'];
  if (trustedProxies === 0 || given === undefined) return [peer];
  const entries = String(given)
    .split(',')
    .filter((entry) => entry.trim() !== '')
    .slice(-trustedProxies);
  return [...entries.flatMap((entry) => parseAddress(entry) ?? []), peer];
}

/** Node gives IPv4 peers of a socket that listens for both in IPv6 form. Nearly all others are canonical already. */
function peerAddress(remote: string): string | undefined {
  return isIPv4(remote) ? remote : parseAddress(remote);
}

function readParameter(parameters: JsonObject | undefined, name: string): string | undefined {
  if (!parameters) return undefined;
  for (const key of Object.keys(parameters)) {
    const value = parameters[key];
    if (key.toLowerCase() === name && typeof value === 'string') return value;
  }
  return undefined;
}

/** What Apollo's clients send about themselves, e.g. `storefront@1.2.0`. */
function readClient(headers: IncomingMessage['headers']): string | null {
  const name = headers['apollographql-client-name'];
  if (typeof name !== 'string') return null;
  const version = headers['apollographql-client-version'];
  return `${name}${typeof version === 'string' ? `@${version}` : ''}`.slice(0, 100);
}

/** Continues the client's trace, or begins one. With telemetry on, the span of the request has done that already. */
function readTrace(header: string | string[] | undefined): { id: string; parent: string } {
  const active = currentContext();
  if (active) return { id: active.traceId, parent: active.traceparent };
  const given = typeof header === 'string' ? TRACEPARENT.exec(header) : null;
  if (given) return { id: given[1]!, parent: header as string };
  const random = randomHex(24);
  const id = random.slice(0, 32);
  return { id, parent: `00-${id}-${random.slice(32)}-01` };
}

function readRequestId(header: string | string[] | undefined, fallback: string): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : fallback;
}

// randomBytes asks the kernel each time; ids of some hundred requests are drawn at once.
let pool = Buffer.alloc(0);
let drawn = 0;
function randomHex(bytes: number): string {
  if (drawn + bytes > pool.length) {
    pool = randomBytes(8192);
    drawn = 0;
  }
  drawn += bytes;
  return pool.toString('hex', drawn - bytes, drawn);
}
