import type { Identity } from '@cartograph/kit/identity';
import type { OperationSpans } from '../observe/tracing.js';

/** Headers as undici takes them fastest: name, value, name, value. */
export type FlatHeaders = string[];

/** Work under way that can be cancelled. Its result is then the failure REQUEST_CANCELLED. */
export interface Cancellable {
  cancel(): void;
}

export const ANONYMOUS: Identity = { kind: 'anonymous' };

/** What an operation carries from its client to every fetch it causes. */
export class RequestScope {
  /** The fetches under way. Most requests wait for one at a time. */
  #running: Cancellable | undefined;
  #alsoRunning: Set<Cancellable> | undefined;
  #isCancelled = false;
  #identity: Identity | undefined;
  fetches = 0;
  #maxAge = Infinity;
  #isPrivate = false;

  constructor(
    identity: Identity | undefined,
    /** Tells callers apart: answers and streams are shared between requests of one key only. */
    public identityKey: string,
    /** Forwarded to every subgraph: names and values in turn. */
    public forwarded: FlatHeaders,
    readonly traceId: string,
    readonly clientAddress: string,
    /** Name and version as the client gives them. */
    readonly client: string | null = null,
    /** Absent without telemetry. */
    readonly spans: OperationSpans | undefined = undefined,
  ) {
    this.#identity = identity;
  }

  /** The same caller's, cancelled for itself: for work that may outlive this request. */
  fork(): RequestScope {
    return new RequestScope(
      this.#identity,
      this.identityKey,
      this.forwarded,
      this.traceId,
      this.clientAddress,
      this.client,
      this.spans,
    );
  }

  /** Who asks; undefined when the gateway runs without identity. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  /** A stream outlives the token it began with: fetches from now on are vouched for by the one that lasts longer, the newer of equals. */
  renew(identity: Identity | undefined): void {
    const [now, next] = [this.#identity, identity];
    if (now?.kind === 'user' && next?.kind === 'user' && next.expiresAt >= now.expiresAt)
      this.#identity = next;
  }

  /** A stream's client has renewed its token in another session, or with another role: from now on it asks so. */
  become(next: RequestScope): void {
    this.#identity = next.identity;
    this.identityKey = next.identityKey;
    this.forwarded = next.forwarded;
  }

  /** Takes in what a subgraph says about caching its part; no word means that it must not be cached. */
  noteCacheControl(header: string | undefined): void {
    const age =
      header === undefined || /no-store|no-cache/.test(header) ? null : /max-age=(\d+)/.exec(header);
    this.#maxAge = Math.min(this.#maxAge, age ? Number(age[1]) : 0);
    if (header?.includes('private')) this.#isPrivate = true;
  }

  /** The whole answer may be cached as long as its shortest-lived part; an answer for a signed-in user only privately. */
  cacheControl(): string {
    const identity = this.#identity;
    // The next answer to this person, with a renewed token, may be another one.
    if (identity?.kind === 'anonymous' && identity.tokenRefusal) return 'no-store';
    if (this.#maxAge === Infinity || this.#maxAge === 0) return 'no-store';
    const isPrivate =
      this.#isPrivate || (this.#identity !== undefined && this.#identity.kind !== 'anonymous');
    return `max-age=${this.#maxAge}, ${isPrivate ? 'private' : 'public'}`;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  track(work: Cancellable): void {
    if (this.#isCancelled) work.cancel();
    else if (!this.#running) this.#running = work;
    else (this.#alsoRunning ??= new Set()).add(work);
  }

  untrack(work: Cancellable): void {
    if (this.#running === work) this.#running = undefined;
    else this.#alsoRunning?.delete(work);
  }

  /** The client left: whatever is still being fetched for it stops. */
  cancel(): void {
    this.#isCancelled = true;
    const running = this.#running;
    const others = this.#alsoRunning;
    this.#running = this.#alsoRunning = undefined;
    running?.cancel();
    if (others) for (const work of others) work.cancel();
  }
}
