import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { trackConnections } from '@cartograph/kit/connections';
import type { Logger } from '@cartograph/kit/logger';
import { watchRevocations } from '@cartograph/kit/revocations';
import type { Registry } from '@cartograph/kit/metrics';
import type { GatewayConfig } from './config.js';
import { Pipeline } from './pipeline.js';
import { createCors } from './http/cors.js';
import { endAfterBody } from './http/drain.js';
import { HeldBytes } from './http/held-bytes.js';
import { GraphQLRoute } from './http/graphql-route.js';
import { createImageProxy } from './http/images.js';
import { createOperatorsRoute } from './http/operators.js';
import { createProductLookup } from './http/product-lookup.js';
import { createSite } from './http/site.js';
import { createTransportSecurity } from './http/transport-security.js';
import { SharedRedis } from './admission/shared-redis.js';
import { createAccessLog } from './observe/access-log.js';
import { createIdentityProvider } from './scope/identity.js';
import { clientOf } from './admission/client.js';
import { createLoadShedding } from './admission/load-shedding.js';
import { createGatewayMetrics } from './observe/metrics.js';
import { readSafelist, createPersistedOperations } from './admission/persisted-operations.js';
import { createRateLimit } from './admission/rate-limit.js';
import { createSharedOperations } from './admission/shared-operations.js';
import { createTracing } from './observe/tracing.js';
import { SocketServer } from './http/ws-server.js';
import { type SupergraphWatcher, watchSupergraph } from './supergraph.js';

export interface GatewayApp {
  readonly pipeline: Pipeline;
  readonly http: Server;
  /** Undefined without an internal port. */
  readonly internal: Server | undefined;
  /** Loads the supergraph and listens. @returns the public address, with the port that was chosen for 0 */
  listen(): Promise<AddressInfo>;
  /** Readiness off. */
  drain(): void;
  /** Asks streams to reconnect, finishes requests under way, closes everything. */
  close(): Promise<void>;
}

interface Runtime {
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Wires the gateway up; it does not listen yet. */
export function createGatewayApp(config: GatewayConfig, { logger, registry }: Runtime): GatewayApp {
  const shedding = createLoadShedding(config.SHED_LAG_MS);
  const redis =
    config.REDIS_URL === undefined
      ? undefined
      : new SharedRedis(config.REDIS_URL, (error) =>
          logger.warn(
            { err: error },
            'Redis is unavailable: this process falls back to its own rate limits and operations in memory',
          ),
        );
  const metrics = createGatewayMetrics(registry, {
    sockets: () => sockets.openSockets,
    httpStreams: () => graphql.openStreams,
    streams: () => pipeline.streams.count(),
    breakers: () => pipeline.subgraphs.breakers(),
    cachedOperations: () => pipeline.planner?.cached ?? { operations: 0, bytes: 0 },
    lag: () => shedding.lag(),
    sharedOperations: () => pipeline.sharedRuns.joined,
    sharedFetches: () => pipeline.subgraphs.shared,
  });
  const log = createAccessLog(logger, config.ACCESS_LOG);
  const pipeline: Pipeline = new Pipeline({
    subgraphs: {
      urls: config.SUBGRAPH_URLS,
      timeoutMs: config.SUBGRAPH_TIMEOUT_MS,
      timeouts: config.SUBGRAPH_TIMEOUTS_MS,
      connections: config.SUBGRAPH_CONNECTIONS,
      maxResponseBytes: config.SUBGRAPH_MAX_RESPONSE_BYTES,
      maxArrivingBytes: Math.max(config.MAX_HELD_BYTES, config.SUBGRAPH_MAX_RESPONSE_BYTES),
      dedupe: config.SUBGRAPH_DEDUPE,
      retryShare: config.SUBGRAPH_RETRY_SHARE,
      breaker: {
        minFailures: config.BREAKER_FAILURES,
        windowMs: config.BREAKER_WINDOW_MS,
        openMs: config.BREAKER_OPEN_MS,
        minSlow: config.BREAKER_SLOW_REQUESTS,
        slowMs: config.BREAKER_SLOW_MS,
      },
    },
    subgraphSockets: config.SUBGRAPH_WS,
    planLimitMs: config.PLAN_LIMIT_MS,
    planner: {
      cacheBytes: config.PLAN_CACHE_BYTES,
      explain: config.EXPLAIN,
      maxTokens: config.MAX_TOKENS,
      limits: {
        selections: config.MAX_TOKENS,
        depth: config.MAX_DEPTH,
        aliases: config.MAX_ALIASES,
        rootFields: config.MAX_ROOT_FIELDS,
        directives: config.MAX_DIRECTIVES,
      },
      introspection: config.INTROSPECTION,
      assumedListSize: config.ASSUMED_LIST_SIZE,
      suggestions: config.INTROSPECTION,
      observe: { lookup: metrics.planLookup, planned: metrics.planned },
    },
    identity:
      config.AUTH_JWKS_URL === undefined
        ? undefined
        : createIdentityProvider({
            jwksUrl: config.AUTH_JWKS_URL,
            keysRefreshMs: config.AUTH_JWKS_REFRESH_MS,
            secret: config.INTERNAL_AUTH_SECRET!,
            revocations: config.REDIS_URL ? watchRevocations(config.REDIS_URL, logger) : undefined,
          }),
    scope: {
      forwardHeaders: config.FORWARD_HEADERS.map((name) => name.toLowerCase()),
      trustedProxies: config.TRUSTED_PROXIES,
      tracing: createTracing(),
    },
    maxLargeBytes: config.MAX_HELD_BYTES / 4,
    admission: {
      shedding,
      maxCost: config.MAX_COST,
      unreadBeyond: (scope) => (held.isUnread ? held.unreadBeyond(clientOf(scope)) : undefined),
      persisted: createPersistedOperations({
        automatic: config.PERSISTED_QUERIES,
        shared: redis && createSharedOperations(redis),
        mode: config.SAFELIST_MODE,
        safelist: config.SAFELIST_FILE === undefined ? undefined : readSafelist(config.SAFELIST_FILE),
        onUnlisted: (hash, text) =>
          logger.warn({ hash, operation: text.slice(0, 2_000) }, 'Operation is not on the safelist'),
      }),
      rateLimit:
        config.RATE_LIMIT_PER_MINUTE === 0
          ? undefined
          : createRateLimit({
              perMinute: config.RATE_LIMIT_PER_MINUTE,
              burst: config.RATE_LIMIT_BURST,
              redis,
            }),
    },
    extensions: { explain: config.EXPLAIN, maxCost: config.MAX_COST },
    streams: {
      queueLimit: config.STREAM_QUEUE_LIMIT,
      maxStreams: config.MAX_STREAMS,
      connectMs: config.STREAM_CONNECT_LIMIT_MS,
      resumeMs: config.STREAM_RESUME_LIMIT_MS,
    },
    observeFetch: metrics.fetch,
    onResubscribe: metrics.resubscribed,
    observe: {
      done(operation, scope, details) {
        metrics.operation(operation.kind, details.outcome, details.seconds);
        log.done(operation, scope, details);
      },
      refused(refusal, scope) {
        metrics.refused(refusal.code);
        log.refused(refusal, scope);
      },
    },
  });
  let isDraining = false;
  const isCookieForwarded = config.FORWARD_HEADERS.some((name) => name.toLowerCase() === 'cookie');
  const cors = createCors(config.CORS_ORIGINS);
  const images = config.IMAGES_UPSTREAM === undefined ? undefined : createImageProxy(config.IMAGES_UPSTREAM);
  const site = createSite({
    images,
    clientFolder: config.CLIENT_DIR,
    clientPolicy: config.CLIENT_POLICY,
    subgraphs: () => pipeline.planner?.subgraphs.map(({ name }) => name) ?? [],
    findProduct: createProductLookup((sku) => pipeline.hasProduct(sku)),
  });
  const operators = createOperatorsRoute({
    registry,
    readiness: () => (isDraining ? 'draining' : pipeline.planner ? 'ready' : 'not ready'),
    checks: () => ({ supergraph: pipeline.planner ? 'ok' : 'not loaded' }),
  });
  const addTransportSecurity = createTransportSecurity(config.HSTS_MAX_AGE_S, config.TRUSTED_PROXIES);
  const http = createServer(
    { keepAliveTimeout: 65_000, headersTimeout: 15_000, requestTimeout: 60_000 },
    (request, response) => held.serve(request, response, () => serve(request, response)),
  );
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.url!;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    // Asks clients to open their next connection elsewhere.
    if (isDraining) response.setHeader('connection', 'close');
    addTransportSecurity?.(request, response);
    if (path === '/graphql') {
      if (cors.apply(request, response)) return;
      // A person who opens the endpoint in a browser gets a page, not an error about a missing query.
      if (config.GRAPHIQL && isGet(request) && mark < 0 && request.headers.accept?.includes('text/html'))
        return site.landing(response);
      return graphql.handle(request, response, mark < 0 ? '' : url.slice(mark));
    }
    // Until an answer says otherwise: a proxy must keep no error, and no page it was not told to keep.
    response.setHeader('cache-control', 'no-store');
    if (!isGet(request)) return refuseMethod(request, response);
    if (operators(response, path, config.isOperatorsPortPublic)) return;
    if (isForOperators(path)) return sendNotFound(response);
    const isFirstPage = path === '/' && config.CLIENT_DIR === undefined;
    if (!config.GRAPHIQL && (isFirstPage || isForDevelopers(path))) return sendNotFound(response);
    site.serve(request, response, path).catch((error: unknown) => {
      logger.error({ err: error, path }, 'Could not serve a file');
      response.destroy();
    });
  };
  const held = new HeldBytes(http, {
    maxConnections: config.MAX_CONNECTIONS,
    maxHeldBytes: config.MAX_HELD_BYTES,
  });
  const graphql = new GraphQLRoute(pipeline, {
    bodyLimit: config.BODY_LIMIT_BYTES,
    compress: config.COMPRESS,
    isCookieForwarded,
    keepAliveMs: config.WS_KEEP_ALIVE_MS,
    held,
  });
  const connections = trackConnections(http);
  const internal =
    config.INTERNAL_PORT === undefined
      ? undefined
      : createServer((request, response) => {
          response.setHeader('cache-control', 'no-store');
          if (!isGet(request)) return refuseMethod(request, response);
          if (!operators(response, request.url!.split('?', 1)[0]!, true)) sendNotFound(response);
        });
  const internalConnections = internal && trackConnections(internal);
  const sockets = new SocketServer(http, pipeline, {
    held,
    maxMessageBytes: config.BODY_LIMIT_BYTES,
    maxOperations: config.MAX_SOCKET_OPERATIONS,
    keepAliveMs: config.WS_KEEP_ALIVE_MS,
    // A browser sends cookies with a WebSocket from any page, and asks no one first.
    allowsOrigin: isCookieForwarded
      ? (origin, host) => isSameHost(origin, host) || cors.allows(origin)
      : undefined,
  });
  let watcher: SupergraphWatcher | undefined;
  return {
    pipeline,
    http,
    internal,
    async listen() {
      watcher = await watchSupergraph(config.SUPERGRAPH_FILE, config.SUPERGRAPH_POLL_MS, {
        load: (sdl) => pipeline.load(sdl),
        loaded() {
          metrics.reload('loaded');
          logger.info(
            { subgraphs: pipeline.planner!.subgraphs.map(({ name }) => name) },
            'Supergraph loaded',
          );
        },
        refused(reason) {
          metrics.reload('refused');
          const message = pipeline.planner
            ? 'New supergraph refused; the one before stays'
            : 'Supergraph refused; waiting for one that can be served';
          logger.error({ reason, file: config.SUPERGRAPH_FILE }, message);
        },
      });
      await pipeline.options.identity?.ready;
      if (internal) await listenOn(internal, config.INTERNAL_PORT!, config.HOST);
      return listenOn(http, config.PORT, config.HOST);
    },
    drain: () => void (isDraining = true),
    async close() {
      isDraining = true;
      watcher?.close();
      held.drain();
      graphql.goAway();
      await Promise.all([sockets.close(), connections.close()]);
      held.close();
      await pipeline.close();
      await images?.close();
      redis?.close();
      // Last, so that probes and Prometheus are answered while requests are finished.
      await internalConnections?.close();
    },
  };
}

const isGet = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';
const isForOperators = (path: string): boolean => path === '/metrics';
const isForDevelopers = (path: string): boolean => /^\/(graphiql|sandbox)(\/|$)/.test(path);

function isSameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

async function listenOn(server: Server, port: number, host: string): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server.address() as AddressInfo;
}

function sendNotFound(response: ServerResponse): void {
  response
    .writeHead(404, { 'content-type': 'application/json; charset=utf-8' })
    .end('{"error":"Not found: no page or endpoint has this address."}');
}

function refuseMethod(request: IncomingMessage, response: ServerResponse): void {
  const body = JSON.stringify({ error: `Expected GET or HEAD, got ${request.method}.` });
  response.writeHead(405, {
    allow: 'GET, HEAD',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  endAfterBody(request, response, body);
}
