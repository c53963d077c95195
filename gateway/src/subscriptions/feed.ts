import type { ResponseError } from '../json/response-error.js';
import { failureError, subgraphError, SubgraphFailure } from '../execution/errors.js';
import { renamedBack } from '../execution/slot-run.js';
import { isObject, type JsonObject } from '../json/json.js';
import type { ResponsePath } from '../json/path.js';
import type { RequestScope } from '../scope/request-scope.js';
import type { Primary } from '../operation/plan.js';
import { afterVariables } from '../operation/resume.js';
import type { UpstreamSocket } from './upstream.js';

/** An event as the subgraph sent it, ready to be joined. */
export interface FeedEvent {
  readonly data: JsonObject;
  readonly errors: readonly ResponseError[];
  readonly cursor: string | undefined;
  /** Events may be missing before this one: the upstream broke, and it cannot resume from a cursor. */
  readonly isAfterGap: boolean;
}

export interface FeedListener {
  event(event: FeedEvent): void;
  failed(errors: readonly ResponseError[]): void;
  complete(): void;
}

export interface FeedServices {
  socket(service: string, scope: RequestScope): UpstreamSocket | undefined;
  /** The headers a subscription's operation carries to its subgraph. */
  upstreamHeaders(scope: RequestScope, service: string): Promise<Record<string, string>>;
  readonly limits: FeedLimits;
  onResubscribe?(service: string): void;
}

export interface FeedLimits {
  /** How long to try before the first event or connection, milliseconds. */
  readonly connectMs: number;
  /** How long to try again after a break. */
  readonly resumeMs: number;
}

/** Close codes by which a subgraph says that trying again is no use. */
const FATAL_CLOSE = /^closed with (4400|4401|4403|4406|4409|4429)\b/;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;
const RENEWAL_GRACE_MS = 1_000;
/** A subscription that lasted this long was a success, even without an event: what follows is another break. */
const SETTLED_MS = 100;

/**
 * The upstream side of a stream: subscribes at the subgraph that owns the root field, and subscribes again with
 * backoff when the connection breaks, from the last cursor where the field can.
 */
export class Feed {
  #end: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #attempt = 0;
  #brokenSince: number;
  #wasOpen = false;
  #openedAt: number | undefined;
  #hadGap = false;
  /** Grows with each subscription; what comes late from one before is not heard. */
  #generation = 0;
  #subscribedAs: unknown;

  constructor(
    private primary: Primary,
    private variables: JsonObject,
    private readonly scope: RequestScope,
    private readonly services: FeedServices,
    private readonly listener: FeedListener,
    private cursor: string | undefined = undefined,
    /** Whether it takes over from another feed, so that events may be missing if it has no cursor to go on from. */
    isContinued = false,
  ) {
    this.#hadGap = isContinued && !(this.isResumable && cursor !== undefined);
    this.#brokenSince = Date.now();
  }

  get isResumable(): boolean {
    return this.primary.resume !== undefined;
  }

  start(): void {
    void this.#subscribe();
  }

  /** After a reload: continues with another plan; reopens only if the upstream operation or its address differ. */
  replace(primary: Primary, variables: JsonObject, isMoved: boolean): void {
    const isSame =
      !isMoved &&
      primary.service === this.primary.service &&
      primary.query === this.primary.query &&
      JSON.stringify(variables) === JSON.stringify(this.variables);
    this.primary = primary;
    this.variables = variables;
    if (isSame) return;
    this.#close();
    this.#markGap();
    void this.#subscribe();
  }

  /** After a renewal by which the person may see something else: the subgraph decides again. */
  reauthorise(): void {
    if (this.#isOver) return;
    this.#close();
    this.#markGap();
    void this.#subscribe();
  }

  /** Stops the upstream for now; `resume` goes on after the cursor. Only for feeds that are resumable. */
  pause(): void {
    this.#close();
  }

  resume(): void {
    if (!this.#isOver) void this.#subscribe();
  }

  stop(): void {
    this.#isOver = true;
    this.#close();
  }

  #close(): void {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#end?.();
    this.#end = undefined;
  }

  async #subscribe(): Promise<void> {
    const generation = ++this.#generation;
    const { primary, scope } = this;
    const isStale = (): boolean => this.#isOver || generation !== this.#generation;
    let headers: Record<string, string>;
    try {
      headers = await this.services.upstreamHeaders(scope, primary.service);
    } catch {
      if (!isStale()) this.#lost('the identity could not be signed');
      return;
    }
    if (isStale()) return;
    const socket = this.services.socket(primary.service, scope);
    if (!socket) return this.#fail([unreachable(primary.service)]);
    this.#subscribedAs = scope.identity;
    this.#end = socket.subscribe(
      { ...this.#request(), operationName: primary.operationName, headers },
      {
        opened: () => {
          if (isStale()) return;
          this.#wasOpen = true;
          this.#openedAt = Date.now();
        },
        next: (payload) => {
          if (!isStale()) this.#receive(payload);
        },
        failed: (errors) => {
          if (isStale()) return;
          const fail = (): void =>
            this.#fail(
              errors.map((error) => subgraphError(primary.service, error, errorPath(error, primary))),
            );
          if (errors.some(isUnauthenticated)) this.#awaitRenewal(fail);
          else fail();
        },
        lost: (reason) => {
          if (!isStale()) this.#lost(reason);
        },
        complete: () => {
          if (isStale()) return;
          this.#isOver = true;
          this.listener.complete();
        },
      },
    );
  }

  /**
   * The subgraph looked at the identity again when it expired. If there is a fresher one by now, or in a moment, the
   * stream goes on with it. On WebSockets the socket is closed for the same expiry at the same time, so that the client
   * comes back; if the error got there first, it would end the stream for good.
   */
  #awaitRenewal(fail: () => void): void {
    const { scope } = this;
    const before = this.#subscribedAs;
    if (scope.identity !== before) return this.#lost('the identity was renewed');
    this.#close();
    this.#timer = setTimeout(() => {
      if (scope.identity === before) fail();
      else this.#lost('the identity was renewed');
    }, RENEWAL_GRACE_MS);
  }

  #request(): { query: string; variables: JsonObject } {
    const { resume, query } = this.primary;
    const isResuming = resume !== undefined && this.cursor !== undefined;
    const variables: JsonObject = isResuming ? afterVariables(this.cursor!) : {};
    for (const name of this.primary.variables) {
      if (this.variables[name] !== undefined && !(isResuming && resume.dropped.has(name)))
        variables[name] = this.variables[name];
    }
    return { query: isResuming ? resume.resumeQuery : query, variables };
  }

  #receive(payload: { data?: unknown; errors?: unknown }): void {
    const { primary } = this;
    this.#wasOpen = true;
    this.#attempt = 0;
    const cursor = primary.resume?.takeCursor(payload.data);
    if (cursor !== undefined) this.cursor = cursor;
    const data = isObject(payload.data) ? payload.data : {};
    primary.rewriteOutput?.(data);
    const errors = Array.isArray(payload.errors)
      ? payload.errors.map((error: unknown) =>
          subgraphError(primary.service, error, errorPath(error, primary)),
        )
      : [];
    const isAfterGap = this.#hadGap;
    this.#hadGap = false;
    this.listener.event({ data, errors, cursor, isAfterGap });
  }

  #lost(reason: string): void {
    this.#close();
    if (FATAL_CLOSE.test(reason)) return this.#fail([unreachable(this.primary.service)]);
    const wasSettled = this.#openedAt !== undefined && Date.now() - this.#openedAt >= SETTLED_MS;
    this.#openedAt = undefined;
    if (wasSettled) this.#attempt = 0;
    if (this.#attempt === 0) this.#brokenSince = Date.now();
    const limit = this.#wasOpen ? this.services.limits.resumeMs : this.services.limits.connectMs;
    if (Date.now() - this.#brokenSince > limit) return this.#fail([unreachable(this.primary.service)]);
    this.#markGap();
    const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempt++);
    this.services.onResubscribe?.(this.primary.service);
    // Half of it at random, so that a restarted subgraph is not met by everyone at once.
    this.#timer = setTimeout(() => void this.#subscribe(), delay * (0.5 + Math.random() / 2));
  }

  #markGap(): void {
    if (this.#wasOpen && !(this.isResumable && this.cursor !== undefined)) this.#hadGap = true;
  }

  #fail(errors: readonly ResponseError[]): void {
    this.#isOver = true;
    this.#close();
    this.listener.failed(errors);
  }
}

function unreachable(service: string): ResponseError {
  return failureError(
    service,
    new SubgraphFailure('SUBGRAPH_UNREACHABLE', `The subgraph "${service}" could not be reached.`),
    undefined,
  );
}

function isUnauthenticated(error: unknown): boolean {
  return (
    isObject(error) && isObject(error['extensions']) && error['extensions']['code'] === 'UNAUTHENTICATED'
  );
}

function errorPath(error: unknown, { renamed }: Primary): ResponsePath | undefined {
  const path = isObject(error) ? error['path'] : undefined;
  return Array.isArray(path) ? renamedBack(path as (string | number)[], renamed) : undefined;
}
