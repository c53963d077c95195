import { ArrivingBytes } from './arriving-bytes.js';
import { type BreakerOptions, CircuitBreaker, RetryBudget } from './circuit-breaker.js';
import { ACCEPTED_ENCODINGS } from './content-encoding.js';
import type { NumberKind } from '../json/exact-number.js';
import type { FetchCallback, SubgraphAnswer, SubgraphFetch } from './execute.js';
import { cancelled, SubgraphFailure } from './errors.js';
import { LargeTurns } from './large-turns.js';
import { InFlight } from './in-flight.js';
import type { Step } from '../operation/plan.js';
import type { FetchSpan } from '../observe/tracing.js';
import type { Cancellable, FlatHeaders, RequestScope } from '../scope/request-scope.js';
import { type AnswerReader, SubgraphClient } from './subgraph-client.js';

export interface SubgraphSettings {
  /** Routing URLs that replace those in the supergraph, by subgraph name. */
  readonly urls: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Limits that differ from `timeoutMs`, by subgraph name. */
  readonly timeouts: Readonly<Record<string, number>>;
  readonly connections: number;
  readonly maxResponseBytes: number;
  /** Bytes of all answers that are arriving. */
  readonly maxArrivingBytes: number;
  /** Whether equal queries of one identity that are under way at the same time share an answer. */
  readonly dedupe: boolean;
  /** Retries of queries as a share of requests; 0 for none. */
  readonly retryShare: number;
  readonly breaker: BreakerOptions & {
    /** Requests that take longer count as slow, milliseconds; for a subgraph with a limit of its own, half of that. 0: none do. */
    readonly slowMs: number;
  };
}

/** Makes the identity header of one subgraph; absent when the gateway runs without identity. */
export type HeaderSigner = (scope: RequestScope, service: string) => FlatHeaders | Promise<FlatHeaders>;

/** Told how each request to a subgraph went. */
export type FetchObserver = (service: string, outcome: string, seconds: number) => void;

const BASE_HEADERS = [
  'content-type',
  'application/json',
  'accept',
  'application/graphql-response+json, application/json;q=0.9',
  'accept-encoding',
  ACCEPTED_ENCODINGS,
];
const MAX_RETRIES = 2;
const FIRST_RETRY_MS = 25;

interface Subgraph {
  readonly client: SubgraphClient;
  readonly breaker: CircuitBreaker;
  readonly budget: RetryBudget;
  readonly inFlight: InFlight;
}

/** What all fetches have in common. */
interface FetchSettings {
  readonly sign: HeaderSigner | undefined;
  readonly observe: FetchObserver | undefined;
}

/** The subgraphs of the current supergraph, by name. Those whose address stays outlive a reload. */
export class Subgraphs {
  readonly #subgraphs = new Map<string, Subgraph>();
  /** No longer part of the supergraph, but operations under way may still ask them. */
  readonly #leaving = new Map<string, Subgraph>();
  /** Fetches answered by one that another had sent. */
  shared = 0;
  /**
   * Mutations that have come back. Who has seen a mutation's answer must not be given what was read before it, so only
   * queries of the same number share.
   */
  mutations = 0;

  readonly #shared: FetchSettings;
  readonly arriving: ArrivingBytes;
  readonly #turns = new LargeTurns();

  constructor(
    private readonly settings: SubgraphSettings,
    sign: HeaderSigner | undefined,
    observe: FetchObserver | undefined = undefined,
  ) {
    this.#shared = { sign, observe };
    this.arriving = new ArrivingBytes(settings.maxArrivingBytes);
  }

  /**
   * Takes over the subgraphs of a supergraph. Those moved finish what they are at, then close; those gone are there for
   * operations that began before, as long as a request may take.
   */
  update(subgraphs: readonly { readonly name: string; readonly url: string }[]): void {
    // All are looked at before any is touched: a supergraph that is refused must leave nothing changed.
    for (const { name, url } of subgraphs) checkUrl(name, this.settings.urls[name] ?? url);
    const names = new Set(subgraphs.map(({ name }) => name));
    for (const name of [...this.#subgraphs.keys()]) if (!names.has(name)) this.#leave(name);
    for (const { name, url: composed } of subgraphs) {
      const url = this.settings.urls[name] ?? composed;
      if (this.url(name) === url) continue;
      this.#retire(name);
      const { timeoutMs, timeouts, connections, maxResponseBytes, breaker, retryShare } = this.settings;
      this.#subgraphs.set(name, {
        client: new SubgraphClient({
          name,
          url,
          timeoutMs: timeouts[name] ?? timeoutMs,
          slowMs: slowAfter(breaker.slowMs, timeouts[name], timeoutMs),
          connections,
          maxResponseBytes,
          arriving: this.arriving,
          turns: this.#turns,
        }),
        breaker: new CircuitBreaker(breaker),
        budget: new RetryBudget(retryShare),
        inFlight: new InFlight(),
      });
    }
  }

  url(name: string): string | undefined {
    return this.#subgraphs.get(name)?.client.options.url;
  }

  /** The breakers' states, by subgraph. */
  breakers(): [string, CircuitBreaker['state']][] {
    return [...this.#subgraphs].map(([name, { breaker }]) => [name, breaker.state]);
  }

  /** A fetch function for one operation's scope. */
  fetcher(scope: RequestScope): SubgraphFetch {
    return (step, body, done) => {
      const { service, kind } = step;
      const subgraph = this.#subgraphs.get(service) ?? this.#leaving.get(service);
      if (!subgraph)
        return done(
          new SubgraphFailure(
            'SUBGRAPH_UNREACHABLE',
            `The subgraph "${service}" is not part of the supergraph any more.`,
          ),
          undefined,
        );
      if (scope.isCancelled) return done(cancelled(), undefined);
      scope.fetches++;
      const noted: FetchCallback = (failure, answer, text, cacheControl) => {
        if (kind === 'mutation') this.mutations++;
        scope.noteCacheControl(failure ? undefined : cacheControl);
        done(failure, answer, text);
      };
      if (!this.settings.dedupe || kind !== 'query') {
        new Fetch(this.#shared, subgraph, scope, step, body, noted, true).begin();
        return;
      }
      const key = `${this.mutations}\u0000${scope.identityKey}\u0000${body}`;
      const isJoined = subgraph.inFlight.join(key, step.numbers, scope, noted, (finish, own) => {
        const fetch = new Fetch(this.#shared, subgraph, scope, step, body, finish, false);
        own(fetch);
        fetch.begin();
      });
      if (isJoined) this.shared++;
    };
  }

  async close(): Promise<void> {
    const clients = [...this.#subgraphs.values(), ...this.#leaving.values()];
    this.#subgraphs.clear();
    this.#leaving.clear();
    await Promise.allSettled(clients.map(({ client }) => client.destroy()));
  }

  #leave(name: string): void {
    const subgraph = this.#subgraphs.get(name)!;
    this.#subgraphs.delete(name);
    this.#leaving.set(name, subgraph);
    const timer = setTimeout(() => {
      if (this.#leaving.get(name) === subgraph) this.#leaving.delete(name);
      subgraph.client.close().catch(() => undefined);
    }, subgraph.client.options.timeoutMs);
    timer.unref();
  }

  #retire(name: string): void {
    const subgraph = this.#subgraphs.get(name);
    this.#subgraphs.delete(name);
    subgraph?.client.close().catch(() => undefined);
  }
}

/** One step's request on its way: signed, sent, and sent again where that may help. */
class Fetch implements AnswerReader, Cancellable {
  readonly numbers: NumberKind;
  readonly #kind: Step['kind'];
  #headers: FlatHeaders = BASE_HEADERS;
  #attempt = 0;
  #startedAt = 0;
  #span: FetchSpan | undefined;
  #wasSlow = false;
  #isCancelled = false;
  /** The attempt under way. */
  #sent: Cancellable | undefined;
  /** Of the next attempt, while that is waited for. */
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly shared: FetchSettings,
    private readonly subgraph: Subgraph,
    private readonly scope: RequestScope,
    step: Pick<Step, 'kind' | 'numbers'>,
    private readonly body: string,
    private readonly done: FetchCallback,
    /** Whether it ends with its scope; otherwise several scopes wait for it. */
    private readonly isScoped: boolean,
  ) {
    this.#kind = step.kind;
    this.numbers = step.numbers;
  }

  begin(): void {
    const { scope } = this;
    if (this.isScoped) scope.track(this);
    const { name } = this.subgraph.client.options;
    const signed = this.shared.sign?.(scope, name);
    if (signed === undefined) return this.#signed(undefined);
    if (Array.isArray(signed)) return this.#signed(signed);
    signed.then(
      (headers) => this.#signed(headers),
      () =>
        this.#finish(
          new SubgraphFailure(
            'SUBGRAPH_UNREACHABLE',
            `The identity for the subgraph "${name}" could not be signed.`,
          ),
          undefined,
        ),
    );
  }

  cancel(): void {
    this.#isCancelled = true;
    if (this.#timer) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#finish(cancelled(), undefined);
    } else this.#sent?.cancel();
  }

  slow(): void {
    this.#wasSlow = true;
    this.subgraph.breaker.slow();
  }

  answered(
    failure: SubgraphFailure | undefined,
    answer: SubgraphAnswer | undefined,
    text?: string,
    cacheControl?: string,
  ): void {
    const { client, breaker, budget } = this.subgraph;
    const outcome = failure?.code ?? 'ok';
    this.shared.observe?.(client.options.name, outcome, (performance.now() - this.#startedAt) / 1000);
    this.#span?.end(outcome);
    if (!failure) breaker.succeeded(this.#wasSlow);
    // Neither says anything about the subgraph.
    else if (failure.code === 'REQUEST_CANCELLED' || failure.code === 'OVERLOADED') breaker.forgot();
    else breaker.failed();
    const mayRetry =
      failure?.isRetryable === true &&
      this.#kind === 'query' &&
      this.#attempt < MAX_RETRIES &&
      !this.#isCancelled;
    if (!mayRetry || !budget.take()) return this.#finish(failure, answer, text, cacheControl);
    // Half of the delay at random, so that what failed together does not come back together.
    const delay = FIRST_RETRY_MS * 4 ** this.#attempt * (0.5 + Math.random() / 2);
    this.#sent = undefined;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#attempt++;
      this.#send();
    }, delay);
  }

  #signed(headers: FlatHeaders | undefined): void {
    if (this.#isCancelled) return this.#finish(cancelled(), undefined);
    this.#headers = headers
      ? [...BASE_HEADERS, ...headers, ...this.scope.forwarded]
      : [...BASE_HEADERS, ...this.scope.forwarded];
    this.#send();
  }

  #send(): void {
    const { client, breaker, budget } = this.subgraph;
    const { name } = client.options;
    if (!breaker.allows()) {
      this.shared.observe?.(name, 'SUBGRAPH_CIRCUIT_OPEN', 0);
      return this.#finish(
        new SubgraphFailure(
          'SUBGRAPH_CIRCUIT_OPEN',
          `The subgraph "${name}" has failed repeatedly or is too slow; it is tried again in a moment.`,
        ),
        undefined,
      );
    }
    budget.sent();
    this.#startedAt = performance.now();
    this.#wasSlow = false;
    const span = this.scope.spans?.fetch(name, this.#kind);
    this.#span = span;
    const headers = span ? withTraceparent(this.#headers, span.traceparent) : this.#headers;
    this.#sent = client.send(this.body, headers, this);
  }

  #finish(
    failure: SubgraphFailure | undefined,
    answer: SubgraphAnswer | undefined,
    text?: string,
    cacheControl?: string,
  ): void {
    if (this.isScoped) this.scope.untrack(this);
    this.done(failure, answer, text, cacheControl);
  }
}

/** A subgraph with a limit of its own may need longer, or is expected sooner. */
function slowAfter(slowMs: number, own: number | undefined, timeoutMs: number): number {
  if (slowMs === 0) return 0;
  return own === undefined ? Math.min(slowMs, timeoutMs) : Math.max(1, own / 2);
}

function checkUrl(name: string, url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new Error(
    `The subgraph "${name}" has no routing URL that can be used: expected http:// or https://, got "${url}"; set one by SUBGRAPH_URLS.`,
  );
}

/** The subgraph continues the span of its own request. */
function withTraceparent(headers: FlatHeaders, traceparent: string): FlatHeaders {
  const changed = [...headers];
  changed[changed.indexOf('traceparent') + 1] = traceparent;
  return changed;
}
