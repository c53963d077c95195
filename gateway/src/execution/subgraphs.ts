import type { FetchCallback, SubgraphFetch } from './execute.js';
import { SubgraphFailure } from './errors.js';
import type { RequestScope } from './scope.js';
import { type Cancel, type FlatHeaders, SubgraphClient } from './subgraph-client.js';

export interface SubgraphSettings {
  /** Routing URLs that replace those in the supergraph, by subgraph name. */
  readonly urls: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly connections: number;
  readonly maxResponseBytes: number;
}

/** Makes the identity header of one subgraph; absent when the gateway runs without identity. */
export type HeaderSigner = (scope: RequestScope, service: string) => FlatHeaders | Promise<FlatHeaders>;

const BASE_HEADERS = [
  'content-type',
  'application/json',
  'accept',
  'application/graphql-response+json, application/json;q=0.9',
];

/** The subgraphs of the current supergraph, by name. Clients of unchanged URLs outlive a reload. */
export class Subgraphs {
  readonly #clients = new Map<string, SubgraphClient>();

  constructor(
    private readonly settings: SubgraphSettings,
    private readonly sign: HeaderSigner | undefined,
  ) {}

  /** Takes over the subgraphs of a supergraph; those gone or moved finish what they are at, then close. */
  update(subgraphs: readonly { readonly name: string; readonly url: string }[]): void {
    const names = new Set(subgraphs.map(({ name }) => name));
    for (const [name, client] of this.#clients) if (!names.has(name)) this.#retire(name, client);
    for (const { name, url: composed } of subgraphs) {
      const url = this.settings.urls[name] ?? composed;
      const client = this.#clients.get(name);
      if (client?.options.url === url) continue;
      if (client) this.#retire(name, client);
      const { timeoutMs, connections, maxResponseBytes } = this.settings;
      this.#clients.set(name, new SubgraphClient({ name, url, timeoutMs, connections, maxResponseBytes }));
    }
  }

  url(name: string): string | undefined {
    return this.#clients.get(name)?.options.url;
  }

  /** A fetch function for one operation's scope. */
  fetcher(scope: RequestScope): SubgraphFetch {
    return (service, _kind, body, done) => {
      const client = this.#clients.get(service);
      if (!client)
        return done(
          new SubgraphFailure(
            'SUBGRAPH_UNREACHABLE',
            `The subgraph "${service}" is not part of the supergraph any more.`,
          ),
          undefined,
        );
      if (scope.isCancelled)
        return done(new SubgraphFailure('REQUEST_CANCELLED', 'The request was cancelled.'), undefined);
      scope.fetches++;
      const signed = this.sign?.(scope, service);
      if (signed === undefined || Array.isArray(signed)) return this.#send(client, scope, signed, body, done);
      signed.then(
        (headers) => this.#send(client, scope, headers, body, done),
        (error: unknown) =>
          done(
            new SubgraphFailure(
              'SUBGRAPH_UNREACHABLE',
              `The identity for "${service}" could not be signed: ${String(error)}`,
            ),
            undefined,
          ),
      );
    };
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#clients.values()].map((client) => client.destroy()));
    this.#clients.clear();
  }

  #send(
    client: SubgraphClient,
    scope: RequestScope,
    signed: FlatHeaders | undefined,
    body: string,
    done: FetchCallback,
  ): void {
    const headers = signed
      ? [...BASE_HEADERS, ...signed, ...scope.forwarded]
      : [...BASE_HEADERS, ...scope.forwarded];
    let isDone = false;
    const request: { cancel?: Cancel } = {};
    request.cancel = client.send(body, headers, (failure, answer) => {
      isDone = true;
      if (request.cancel) scope.untrack(request.cancel);
      done(failure, answer);
    });
    if (!isDone) scope.track(request.cancel);
  }

  #retire(name: string, client: SubgraphClient): void {
    this.#clients.delete(name);
    client.close().catch(() => undefined);
  }
}
