import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Identity } from '@cartograph/kit/identity';
import { Admission, type AdmissionOptions, type Prepared, RequestRefused } from './admission/admission.js';
import { LargeAnswers } from './admission/large-answers.js';
import type { JsonObject } from './json/json.js';
import type { RequestScope } from './scope/request-scope.js';
import { type FetchObserver, Subgraphs, type SubgraphSettings } from './execution/subgraphs.js';
import { type Answer, type GraphQLRequest, runOperation } from './execution/run.js';
import type { OperationObserver } from './observe/access-log.js';
import type { Operation } from './operation/operation.js';
import type { PlanRules } from './operation/plan-maker.js';
import { PlanThreads } from './operation/plan-threads.js';
import { Planner, type PlannerOptions } from './operation/planner.js';
import { addExtensions, type ExtensionOptions } from './extensions.js';
import type { IdentityProvider } from './scope/identity.js';
import { createScope, headersOf, ownScope, type ScopeOptions } from './scope/create-scope.js';
import { SharedRuns } from './execution/shared-runs.js';
import type { FeedLimits } from './subscriptions/feed.js';
import type { StreamSink } from './subscriptions/member.js';
import { type OpenStream, Streams } from './subscriptions/streams.js';
import { UpstreamSocket } from './subscriptions/upstream.js';

export { type Prepared, RequestRefused } from './admission/admission.js';

export interface PipelineOptions {
  readonly subgraphs: SubgraphSettings;
  /** WebSocket URLs that replace the routing URL with ws:// for http://, by subgraph name. */
  readonly subgraphSockets: Readonly<Record<string, string>>;
  readonly planner: PlannerOptions;
  /** How long one operation may take to plan; 0 plans on the event loop, without a limit. */
  readonly planLimitMs: number;
  readonly identity: IdentityProvider | undefined;
  readonly scope: ScopeOptions;
  readonly admission: AdmissionOptions;
  /** Bytes of large answers that are made at the same time. */
  readonly maxLargeBytes: number;
  readonly extensions: ExtensionOptions;
  readonly streams: FeedLimits & { readonly queueLimit: number; readonly maxStreams: number };
  readonly observeFetch?: FetchObserver;
  /** Told about every operation when it is answered, refused, or its stream is opened. */
  readonly observe?: OperationObserver;
  readonly onResubscribe?: (service: string) => void;
}

const IDENTITY_HEADER = 'x-cartograph-identity';
/** As for requests: who accepts no connection within this is not there. */
const MAX_CONNECT_MS = 5_000;
const PRODUCT_BY_SKU = 'query ProductPage($sku: String!) { productBySku(sku: $sku) { id } }';
/** Operations planned again on a reload before it takes effect, the most recently used first. */
const WARMED_OPERATIONS = 200;

/**
 * What happens to a request, whatever transport it came by: its scope is made (scope/), it is admitted (admission/) by
 * its plan (operation/), and runs (execution/) or opens a stream (subscriptions/).
 */
export class Pipeline {
  readonly subgraphs: Subgraphs;
  readonly streams: Streams;
  readonly sharedRuns = new SharedRuns();
  readonly #largeAnswers: LargeAnswers;
  readonly #admission: Admission;
  readonly #sockets = new Map<string, UpstreamSocket>();
  readonly #threads: PlanThreads | undefined;
  #planner: Planner | undefined;
  #isClosed = false;

  constructor(readonly options: PipelineOptions) {
    const { identity, streams } = options;
    this.#largeAnswers = new LargeAnswers(options.maxLargeBytes);
    this.#admission = new Admission(options.admission, this.#largeAnswers);
    const { planLimitMs, planner } = options;
    if (planLimitMs > 0) this.#threads = new PlanThreads({ rules: rulesOf(planner), limitMs: planLimitMs });
    this.subgraphs = new Subgraphs(
      options.subgraphs,
      identity &&
        ((scope, service) => {
          const signature = identity.sign(scope.identity!, service);
          return typeof signature === 'string'
            ? [IDENTITY_HEADER, signature]
            : signature.then((value) => [IDENTITY_HEADER, value]);
        }),
      options.observeFetch,
    );
    this.streams = new Streams({
      subgraphs: this.subgraphs,
      queueLimit: streams.queueLimit,
      maxStreams: streams.maxStreams,
      limits: streams,
      socket: (service, scope) => this.#socket(service, scope),
      upstreamHeaders: (scope, service) => this.#upstreamHeaders(scope, service),
      ...(options.onResubscribe && { onResubscribe: options.onResubscribe }),
    });
  }

  /** Undefined until the first supergraph has loaded. */
  get planner(): Planner | undefined {
    return this.#planner;
  }

  /**
   * Serves another supergraph from now on; what runs already ends by the old one.
   * Rejects with the reason when it is not one the gateway can serve; the old one stays
   */
  async load(sdl: string): Promise<void> {
    const planner = new Planner(sdl, this.options.planner, this.#threads);
    const previous = this.#planner;
    const before = new Map(planner.subgraphs.map(({ name }) => [name, this.#socketUrl(name)]));
    try {
      if (previous) await planner.warmFrom(previous, WARMED_OPERATIONS);
      if (this.#isClosed) return;
      this.subgraphs.update(planner.subgraphs);
    } catch (error) {
      planner.retire();
      throw error;
    }
    this.#planner = planner;
    await this.streams.replan(planner, (service) => before.get(service) !== this.#socketUrl(service));
    previous?.retire();
  }

  scopeFor(request: IncomingMessage, identity: Identity | undefined, parameters?: JsonObject): RequestScope {
    return createScope(this.options.scope, request, identity, parameters);
  }

  /**
   * @param check looks at the operation before it is counted; throws to refuse it
   * @throws RequestRefused, or what `check` throws; or rejects with it
   */
  prepare(
    request: GraphQLRequest,
    scope: RequestScope,
    check?: (operation: Operation) => void,
  ): Prepared | Promise<Prepared> {
    const note = (error: unknown): never => {
      scope.spans?.end(error instanceof RequestRefused ? error.code : 'refused');
      if (error instanceof RequestRefused) this.options.observe?.refused(error, scope);
      throw error;
    };
    try {
      const prepared = this.#admission.admit(this.#planner, request, scope, check);
      return prepared instanceof Promise ? prepared.catch(note) : prepared;
    } catch (error) {
      return note(error);
    }
  }

  async run(prepared: Prepared, scope: RequestScope): Promise<Answer> {
    const { operation, cost } = prepared;
    const { observe } = this.options;
    const startedAt = performance.now();
    const answer = await this.#answer(prepared, scope);
    if (answer.errors.length === 0) this.#largeAnswers.note(operation, cost, answer.text.length);
    const outcome = scope.isCancelled ? 'cancelled' : answer.errors.length > 0 ? 'error' : 'ok';
    scope.spans?.end(outcome);
    if (observe) {
      observe.done(operation, scope, {
        outcome,
        seconds: (performance.now() - startedAt) / 1000,
        cost,
        errors: answer.errors.length,
      });
    }
    return addExtensions(answer, prepared, this.options.extensions);
  }

  /**
   * Whether the catalogue has a product, archived ones included, as a guest would ask: for the storefront's pages.
   * @throws where the catalogue cannot be asked, or this graph has none
   */
  async hasProduct(sku: string): Promise<boolean> {
    if (!this.#planner || this.options.admission.shedding.isOverloaded())
      throw new Error('The catalogue cannot be asked now.');
    const operation = await this.#planner.prepare(PRODUCT_BY_SKU);
    const scope = ownScope();
    const { data, errors } = await runOperation(operation, { sku }, scope, this.subgraphs);
    if (errors.length > 0) throw new Error(errors[0]!.message);
    return (JSON.parse(data) as { productBySku: object | null }).productBySku !== null;
  }

  /** Opens a subscription. */
  open({ operation, variables, cost }: Prepared, scope: RequestScope, sink: StreamSink): OpenStream {
    this.options.observe?.done(operation, scope, { outcome: 'opened', seconds: 0, cost, errors: 0 });
    scope.spans?.end('opened');
    const opened = this.streams.open(operation, variables, scope, sink);
    // The supergraph changed while the operation was on its way here.
    if (operation.schema !== this.#planner!.apiSchema) void this.streams.replan(this.#planner!, () => false);
    return opened;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.options.admission.shedding.close();
    this.options.identity?.close();
    await this.#threads?.close();
    this.streams.close();
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
    await this.subgraphs.close();
  }

  #answer({ operation, variables, cost }: Prepared, scope: RequestScope): Promise<Answer> {
    const run = (own: RequestScope): Promise<Answer> =>
      this.#largeAnswers.run(operation, cost, scope, () =>
        runOperation(operation, variables, own, this.subgraphs),
      );
    if (operation.kind !== 'query' || !this.options.subgraphs.dedupe) return run(scope);
    const key = `${this.subgraphs.mutations}\u0000${scope.identityKey}\u0000${JSON.stringify(variables)}`;
    return this.sharedRuns.run(operation, key, scope, run);
  }

  #socketUrl(service: string): string | undefined {
    return this.options.subgraphSockets[service] ?? this.subgraphs.url(service)?.replace(/^http/, 'ws');
  }

  /**
   * The multiplexed connection to a subgraph. Where clients' own headers are passed on and no identity is signed,
   * a subgraph may look for them in the connection's parameters: then there is one connection for each set of them.
   */
  #socket(service: string, scope: RequestScope): UpstreamSocket | undefined {
    const url = this.#socketUrl(service);
    if (!url) return undefined;
    const { forwardHeaders } = this.options.scope;
    const isOwn = !this.options.identity && forwardHeaders.length > 0;
    const parameters = isOwn ? headersOf(scope, forwardHeaders) : undefined;
    // A hash: a client's headers may be long.
    const key = hash('sha256', JSON.stringify([service, url, parameters]), 'base64');
    let socket = this.#sockets.get(key);
    if (!socket) {
      const { timeoutMs, timeouts, maxResponseBytes } = this.options.subgraphs;
      const connectTimeoutMs = Math.min(timeouts[service] ?? timeoutMs, MAX_CONNECT_MS);
      socket = new UpstreamSocket(
        url,
        parameters,
        { connectTimeoutMs, maxMessageBytes: maxResponseBytes },
        () => this.#sockets.delete(key),
      );
      this.#sockets.set(key, socket);
    }
    return socket;
  }

  async #upstreamHeaders(scope: RequestScope, service: string): Promise<Record<string, string>> {
    const headers = headersOf(scope);
    if (this.options.identity)
      headers[IDENTITY_HEADER] = await this.options.identity.sign(scope.identity!, service);
    return headers;
  }
}

/** The options that are plain data, for the threads. */
function rulesOf({ maxTokens, limits, introspection, suggestions }: PlannerOptions): PlanRules {
  return { maxTokens, limits, introspection, suggestions };
}
