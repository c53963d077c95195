import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '@cartograph/service-kit/logger';
import type { Registry } from '@cartograph/service-kit/metrics';
import { NoSchemaIntrospectionCustomRule } from 'graphql';
import type { GatewayConfig } from './config.js';
import { Gateway } from './gateway.js';
import { applyCors } from './http/cors.js';
import { GraphQLRoute } from './http/graphql-route.js';
import { createImageProxy } from './http/images.js';
import { createSite } from './http/site.js';
import { SharedRedis } from './plugins/shared-redis.js';
import { useAccessLog } from './plugins/use-access-log.js';
import { useIdentity } from './plugins/use-identity.js';
import { useLoadShedding } from './plugins/use-load-shedding.js';
import { useMetrics } from './plugins/use-metrics.js';
import { readSafelist, usePersistedOperations } from './plugins/use-persisted-operations.js';
import { useRateLimit } from './plugins/use-rate-limit.js';
import { useSharedOperations } from './plugins/use-shared-operations.js';
import { useTracing } from './plugins/use-tracing.js';
import { SocketServer } from './subscriptions/ws-server.js';
import { type SupergraphWatcher, watchSupergraph } from './supergraph.js';

export interface GatewayApp {
  readonly gateway: Gateway;
  readonly http: Server;
  /** Loads the supergraph and listens. @returns the address, port included when 0 was asked for */
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
  const shedding = useLoadShedding(config.SHED_LAG_MS);
  const redis =
    config.REDIS_URL === undefined
      ? undefined
      : new SharedRedis(config.REDIS_URL, (error) =>
          logger.warn(
            { err: error },
            'Redis does not answer: this process counts rates and keeps operations alone',
          ),
        );
  const metrics = useMetrics(registry, {
    sockets: () => sockets.openSockets,
    httpStreams: () => graphql.openStreams,
    streams: () => gateway.streams.count(),
    breakers: () => gateway.subgraphs.breakers(),
    cachedOperations: () => gateway.planner?.cached ?? 0,
    lag: () => shedding.lag(),
    sharedOperations: () => gateway.sharedRuns.joined,
    sharedFetches: () => gateway.subgraphs.shared,
  });
  const log = useAccessLog(logger, config.ACCESS_LOG);
  const gateway: Gateway = new Gateway({
    subgraphs: {
      urls: config.SUBGRAPH_URLS,
      timeoutMs: config.SUBGRAPH_TIMEOUT_MS,
      timeouts: config.SUBGRAPH_TIMEOUTS_MS,
      connections: config.SUBGRAPH_CONNECTIONS,
      maxResponseBytes: config.SUBGRAPH_MAX_RESPONSE_BYTES,
      dedupe: config.SUBGRAPH_DEDUPE,
      retryShare: config.SUBGRAPH_RETRY_SHARE,
      breaker: {
        minFailures: config.BREAKER_FAILURES,
        windowMs: config.BREAKER_WINDOW_MS,
        openMs: config.BREAKER_OPEN_MS,
      },
    },
    subgraphSockets: config.SUBGRAPH_WS,
    planner: {
      cacheSize: config.PLAN_CACHE_SIZE,
      maxTokens: config.MAX_TOKENS,
      limits: {
        selections: config.MAX_TOKENS,
        depth: config.MAX_DEPTH,
        aliases: config.MAX_ALIASES,
        rootFields: config.MAX_ROOT_FIELDS,
        directives: config.MAX_DIRECTIVES,
      },
      rules: config.INTROSPECTION ? [] : [NoSchemaIntrospectionCustomRule],
      assumedListSize: config.ASSUMED_LIST_SIZE,
      suggestions: config.INTROSPECTION,
      observe: { lookup: metrics.planLookup, planned: metrics.planned },
    },
    identity:
      config.AUTH_JWKS_URL === undefined
        ? undefined
        : useIdentity({
            jwksUrl: config.AUTH_JWKS_URL,
            keysRefreshMs: config.AUTH_JWKS_REFRESH_MS,
            secret: config.INTERNAL_AUTH_SECRET!,
          }),
    scope: {
      forwardHeaders: config.FORWARD_HEADERS.map((name) => name.toLowerCase()),
      trustedProxies: config.TRUSTED_PROXIES,
      tracing: useTracing(),
    },
    admission: {
      shedding,
      maxCost: config.MAX_COST,
      persisted: usePersistedOperations({
        automatic: config.PERSISTED_QUERIES,
        cacheSize: config.PLAN_CACHE_SIZE,
        shared: redis && useSharedOperations(redis),
        mode: config.SAFELIST_MODE,
        safelist: config.SAFELIST_FILE === undefined ? undefined : readSafelist(config.SAFELIST_FILE),
        onUnlisted: (hash, text) =>
          logger.warn({ hash, operation: text.slice(0, 2_000) }, 'Operation is not on the safelist'),
      }),
      rateLimit:
        config.RATE_LIMIT_PER_MINUTE === 0
          ? undefined
          : useRateLimit({
              perMinute: config.RATE_LIMIT_PER_MINUTE,
              burst: config.RATE_LIMIT_BURST,
              redis,
            }),
    },
    extensions: { explain: config.EXPLAIN, maxCost: config.MAX_COST },
    streams: {
      queueLimit: config.STREAM_QUEUE_LIMIT,
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
  const graphql = new GraphQLRoute(gateway, {
    bodyLimit: config.BODY_LIMIT_BYTES,
    compress: config.COMPRESS,
    keepAliveMs: config.WS_KEEP_ALIVE_MS,
  });
  const images = config.IMAGES_UPSTREAM === undefined ? undefined : createImageProxy(config.IMAGES_UPSTREAM);
  const site = createSite({
    images,
    clientFolder: config.CLIENT_DIR,
    clientPolicy: config.CLIENT_POLICY,
    subgraphs: () => gateway.planner?.subgraphs.map(({ name }) => name) ?? [],
  });
  const sendReadiness = (response: ServerResponse): void => {
    const status = isDraining ? 'draining' : gateway.planner ? 'ready' : 'not ready';
    sendJson(response, status === 'ready' ? 200 : 503, {
      status,
      checks: { supergraph: gateway.planner ? 'ok' : 'not loaded' },
    });
  };
  const http = createServer({ keepAliveTimeout: 65_000, requestTimeout: 60_000 }, (request, response) => {
    const url = request.url!;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    // Asks clients to open their next connection elsewhere.
    if (isDraining) response.setHeader('connection', 'close');
    if (path === '/graphql') {
      if (config.CORS_ORIGINS.length > 0 && applyCors(request, response, config.CORS_ORIGINS)) return;
      // A person who opens the endpoint in a browser gets a page, not an error about a missing query.
      if (request.method === 'GET' && mark < 0 && request.headers.accept?.includes('text/html'))
        return site.landing(response);
      return graphql.handle(request, response, mark < 0 ? '' : url.slice(mark));
    }
    if (path === '/healthz') return sendJson(response, 200, { status: 'ok' });
    if (path === '/readyz') return sendReadiness(response);
    if (path === '/metrics') return void sendMetrics(response, registry);
    site.serve(request, response, path).catch((error: unknown) => {
      logger.error({ err: error, path }, 'Could not serve a file');
      response.destroy();
    });
  });
  const sockets = new SocketServer(http, gateway, {
    maxMessageBytes: config.BODY_LIMIT_BYTES,
    maxOperations: config.MAX_SOCKET_OPERATIONS,
    keepAliveMs: config.WS_KEEP_ALIVE_MS,
  });
  let watcher: SupergraphWatcher | undefined;
  return {
    gateway,
    http,
    async listen() {
      watcher = await watchSupergraph(config.SUPERGRAPH_FILE, config.SUPERGRAPH_POLL_MS, {
        load: (sdl) => gateway.load(sdl),
        loaded() {
          metrics.reload('loaded');
          logger.info({ subgraphs: gateway.planner!.subgraphs.map(({ name }) => name) }, 'Supergraph loaded');
        },
        refused(reason) {
          metrics.reload('refused');
          const message = gateway.planner
            ? 'New supergraph refused; the one before stays'
            : 'Supergraph refused; waiting for one that can be served';
          logger.error({ reason, file: config.SUPERGRAPH_FILE }, message);
        },
      });
      await new Promise<void>((resolve, reject) => {
        http.once('error', reject);
        http.listen(config.PORT, config.HOST, resolve);
      });
      return http.address() as AddressInfo;
    },
    drain: () => void (isDraining = true),
    async close() {
      isDraining = true;
      watcher?.close();
      graphql.goAway();
      await sockets.close();
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      await closed;
      await gateway.close();
      await images?.close();
      redis?.close();
    },
  };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}

async function sendMetrics(response: ServerResponse, registry: Registry): Promise<void> {
  const text = await registry.metrics();
  response.writeHead(200, { 'content-type': registry.contentType }).end(text);
}
