import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '@cartograph/service-kit/logger';
import type { Registry } from '@cartograph/service-kit/metrics';
import type { GatewayConfig } from './config.js';
import { Gateway } from './gateway.js';
import { createGraphQLRoute } from './http/graphql-route.js';
import { createImageProxy } from './http/images.js';
import { createSite } from './http/site.js';
import { useIdentity } from './plugins/use-identity.js';
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

/** Wires the gateway up; it does not listen yet. */
export function createGatewayApp(
  config: GatewayConfig,
  runtime: { logger: Logger; registry: Registry },
): GatewayApp {
  const { logger, registry } = runtime;
  const gateway = new Gateway({
    subgraphs: {
      urls: config.SUBGRAPH_URLS,
      timeoutMs: config.SUBGRAPH_TIMEOUT_MS,
      connections: config.SUBGRAPH_CONNECTIONS,
      maxResponseBytes: config.SUBGRAPH_MAX_RESPONSE_BYTES,
    },
    subgraphSockets: config.SUBGRAPH_WS,
    planner: { cacheSize: config.PLAN_CACHE_SIZE, maxTokens: config.MAX_TOKENS, rules: [] },
    identity:
      config.AUTH_JWKS_URL === undefined
        ? undefined
        : useIdentity({ jwksUrl: config.AUTH_JWKS_URL, secret: config.INTERNAL_AUTH_SECRET! }),
    streams: {
      queueLimit: config.STREAM_QUEUE_LIMIT,
      connectMs: config.STREAM_CONNECT_LIMIT_MS,
      resumeMs: config.STREAM_RESUME_LIMIT_MS,
    },
    forwardHeaders: config.FORWARD_HEADERS.map((name) => name.toLowerCase()),
  });
  let isDraining = false;
  const images = config.IMAGES_UPSTREAM === undefined ? undefined : createImageProxy(config.IMAGES_UPSTREAM);
  const site = createSite({
    images,
    clientFolder: config.CLIENT_DIR,
    clientPolicy: config.CLIENT_POLICY,
    subgraphs: () => gateway.planner?.subgraphs.map(({ name }) => name) ?? [],
  });
  const graphql = createGraphQLRoute(gateway, { bodyLimit: config.BODY_LIMIT_BYTES });
  const http = createServer({ keepAliveTimeout: 65_000, requestTimeout: 60_000 }, (request, response) => {
    const url = request.url!;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    if (path === '/graphql') {
      // A person who opens the endpoint in a browser gets a page, not an error about a missing query.
      if (request.method === 'GET' && mark < 0 && request.headers.accept?.includes('text/html'))
        return site.landing(response);
      return graphql(request, response, mark < 0 ? '' : url.slice(mark));
    }
    if (path === '/healthz') return sendJson(response, 200, { status: 'ok' });
    if (path === '/readyz') return sendReadiness(response);
    if (path === '/metrics') return void sendMetrics(request, response, registry);
    site.serve(request, response, path).catch((error: unknown) => {
      logger.error({ err: error, path }, 'Could not serve a file');
      response.destroy();
    });
  });
  const sendReadiness = (response: ServerResponse): void => {
    const status = isDraining ? 'draining' : gateway.planner ? 'ready' : 'not ready';
    sendJson(response, status === 'ready' ? 200 : 503, {
      status,
      checks: { supergraph: gateway.planner ? 'ok' : 'not loaded' },
    });
  };
  const sockets = new SocketServer(http, gateway, {
    maxMessageBytes: config.BODY_LIMIT_BYTES,
    keepAliveMs: config.WS_KEEP_ALIVE_MS,
  });
  let watcher: SupergraphWatcher | undefined;
  return {
    gateway,
    http,
    async listen() {
      watcher = await watchSupergraph(config.SUPERGRAPH_FILE, config.SUPERGRAPH_POLL_MS, {
        load: (sdl) => gateway.load(sdl),
        loaded: () =>
          logger.info({ subgraphs: gateway.planner!.subgraphs.map(({ name }) => name) }, 'Supergraph loaded'),
        refused: (reason) =>
          logger.error(
            { reason, file: config.SUPERGRAPH_FILE },
            gateway.planner
              ? 'New supergraph refused; the one before stays'
              : 'Supergraph refused; waiting for one that can be served',
          ),
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
      await sockets.close();
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      await closed;
      await gateway.close();
      await images?.close();
    },
  };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}

async function sendMetrics(
  _request: IncomingMessage,
  response: ServerResponse,
  registry: Registry,
): Promise<void> {
  const text = await registry.metrics();
  response.writeHead(200, { 'content-type': registry.contentType }).end(text);
}
