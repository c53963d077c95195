import { ApolloServer, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { parse, type GraphQLSchema } from 'graphql';
import { enforceAccess, type Owners } from './access.js';
import { firstAddress } from './client-address.js';
import { trackConnections } from './connections.js';
import { createErrorFormatter } from './errors.js';
import { IDENTITY_HEADER, IdentityError, verifyIdentity, type Identity } from './identity.js';
import type { Logger } from './logger.js';
import { createGraphQLMetrics, type Registry } from './metrics.js';
import { checkReferences } from './references.js';
import { createRequestContext, withContext } from './request-context.js';
import { watchRevocations } from './revocations.js';
import { serveSubscriptions } from './subscriptions.js';
import type { BaseGraphQLContext } from './base-context.js';
import { stringifyResult } from './written-data.js';

export type { BaseGraphQLContext } from './base-context.js';

/** What looks into requests between parsing and answering. */
export type ServerPlugin<Context extends BaseGraphQLContext> = ApolloServerPlugin<Context>;

/** The header of `/readyz` that says which event bus a service uses. */
export const BUS_HEADER = 'x-cartograph-bus';

export interface SubgraphServerOptions<Context extends BaseGraphQLContext> {
  /** The service's name: the audience of identities meant for it. */
  readonly name: string;
  /** The subgraph's SDL. */
  readonly typeDefs: string;
  /** Resolver map, `__resolveReference` and scalars included. */
  readonly resolvers: object;
  readonly owners?: Owners;
  /** Adds to the base context of one request: its DataLoaders, say. */
  readonly context: (base: BaseGraphQLContext) => Context;
  readonly plugins?: readonly ServerPlugin<Context>[];
  /** What `/readyz` asks; each rejects while its store does not answer. */
  readonly readiness: Checks;
  /**
   * What `/readyz` also tells of, without being less ready: the bus, as outboxes keep events while it is away. Were it a
   * condition, the outage of a broker would take all pods of a service from those who ask.
   */
  readonly dispensable?: Checks;
  /** Which event bus the service uses, once it is known; `/readyz` tells it in a header. */
  readonly busId?: () => string | undefined;
  readonly internalAuthSecret: string;
  /** Where the users service says which sessions have ended; empty: their tokens count until they expire. */
  readonly redisUrl?: string | undefined;
  readonly logger: Logger;
  readonly registry: Registry;
}

type Checks = Readonly<Record<string, () => Promise<unknown>>>;

export interface SubgraphServer {
  readonly http: FastifyInstance;
  readonly schema: GraphQLSchema;
  /** Turns `/readyz` to 503, so that no new work is sent here. */
  drain(): void;
  /** Asks open subscriptions to reconnect, finishes requests under way, then closes. */
  close(): Promise<void>;
}

/** Builds the HTTP (and, where the schema has subscriptions, WebSocket) server of a subgraph; it does not listen yet. */
export async function createSubgraphServer<Context extends BaseGraphQLContext>(
  options: SubgraphServerOptions<Context>,
): Promise<SubgraphServer> {
  const { logger, registry } = options;
  const schema = checkReferences(
    enforceAccess(
      buildSubgraphSchema({ typeDefs: parse(options.typeDefs), resolvers: options.resolvers as never }),
      options.owners,
    ),
  );
  const metrics = createGraphQLMetrics(registry);
  const revocations = options.redisUrl ? watchRevocations(options.redisUrl, logger) : undefined;
  const identify = async (signed: string | undefined): Promise<Identity> => {
    const identity = await verifyIdentity(signed, {
      audience: options.name,
      secret: options.internalAuthSecret,
    });
    return revocations?.refuses(identity) ? { kind: 'anonymous', tokenRefusal: 'TOKEN_REVOKED' } : identity;
  };
  const http = Fastify({ bodyLimit: 2 * 1024 * 1024, forceCloseConnections: 'idle', trustProxy: true });
  const connections = trackConnections(http.server);
  const formatError = createErrorFormatter(logger);
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    formatError,
    stringifyResult,
    logger,
    plugins: [
      fastifyApolloDrainPlugin(http),
      measure(metrics),
      // It looks at every field for hints that no schema here gives, and says "no-store", which the gateway takes as read.
      ApolloServerPluginCacheControlDisabled(),
      ...(options.plugins ?? []),
    ],
    stopOnTerminationSignals: false,
  });
  await apollo.start();

  http.addHook('onRequest', (request, _reply, done) => {
    withContext(createRequestContext(header(request, 'traceparent')), done);
  });
  let isDraining = false;
  // A connection kept alive behind the last answer would be waited for until the process is ended by force.
  http.addHook('onSend', async (_request, reply) => {
    if (isDraining) reply.header('connection', 'close');
  });
  addHealthRoutes(http, options, () => isDraining);
  http.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );

  const identities = new WeakMap<FastifyRequest, Identity>();
  await http.register(async (scope) => {
    scope.addHook('preHandler', async (request, reply) => {
      try {
        identities.set(request, await identify(header(request, IDENTITY_HEADER)));
      } catch (error) {
        if (!(error instanceof IdentityError)) throw error;
        await reply
          .code(401)
          .send({ errors: [{ message: error.message, extensions: { code: 'UNAUTHENTICATED' } }] });
      }
    });
    await scope.register(fastifyApollo(apollo), {
      context: async (request: FastifyRequest) =>
        options.context({
          identity: identities.get(request)!,
          clientAddress: firstAddress(header(request, 'x-forwarded-for')),
          userAgent: header(request, 'x-client-user-agent') ?? null,
        }),
    });
  });
  const subscriptions = schema.getSubscriptionType()
    ? serveSubscriptions({
        ...options,
        identify,
        schema,
        server: http.server,
        formatError,
        streams: metrics.streams,
      })
    : undefined;

  await revocations?.ready;
  return {
    http,
    schema,
    drain: () => void (isDraining = true),
    async close() {
      isDraining = true;
      // All at once: a frozen client of a subscription must not keep the server from closing its connection.
      await Promise.all([subscriptions?.close(), connections.close(), http.close()]);
      await apollo.stop();
      revocations?.close();
    },
  };
}

const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

function addHealthRoutes(
  http: FastifyInstance,
  {
    readiness,
    dispensable = {},
    busId = () => undefined,
  }: Pick<SubgraphServerOptions<BaseGraphQLContext>, 'readiness' | 'dispensable' | 'busId'>,
  isDraining: () => boolean,
): void {
  const ask = async (checks: Checks) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(checks).map(async ([name, check]) => {
          const timeout = new Promise((_, reject) =>
            setTimeout(() => reject(new Error('no answer within 2 s')), 2_000).unref(),
          );
          return Promise.race([check(), timeout]).then(
            () => [name, 'ok'] as const,
            (error: unknown) => [name, error instanceof Error ? error.message : String(error)] as const,
          );
        }),
      ),
    );
  http.get('/healthz', async () => ({ status: 'ok' }));
  http.get('/readyz', async (_request, reply) => {
    const [needed, others] = await Promise.all([ask(readiness), ask(dispensable)]);
    const isReady = !isDraining() && Object.values(needed).every((state) => state === 'ok');
    const bus = busId();
    if (bus) reply.header(BUS_HEADER, bus);
    return reply.code(isReady ? 200 : 503).send({
      status: isDraining() ? 'draining' : isReady ? 'ready' : 'not ready',
      checks: { ...needed, ...others },
    });
  });
}

function measure<Context extends BaseContext>({
  duration,
}: ReturnType<typeof createGraphQLMetrics>): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      const startedAt = performance.now();
      return {
        async willSendResponse({ operation, response }) {
          const hasErrors =
            response.body.kind === 'single' && Boolean(response.body.singleResult.errors?.length);
          duration.observe(
            { operation_type: operation?.operation ?? 'none', outcome: hasErrors ? 'error' : 'ok' },
            (performance.now() - startedAt) / 1000,
          );
        },
      };
    },
  };
}
