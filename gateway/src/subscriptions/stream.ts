import { INTERNAL_ERROR } from '@cartograph/kit/error-codes';
import type { ResponseError } from '../json/response-error.js';
import { getOwn, isObject, type JsonObject } from '../json/json.js';
import type { RequestScope } from '../scope/request-scope.js';
import type { Subgraphs } from '../execution/subgraphs.js';
import { runGraphs } from '../execution/run.js';
import type { Operation } from '../operation/operation.js';
import { BoundedQueue } from './bounded-queue.js';
import { Feed, type FeedEvent, type FeedServices } from './feed.js';
import { Member, type StreamSink } from './member.js';
import { overflow } from './overflow.js';

export interface StreamServices extends FeedServices {
  readonly subgraphs: Subgraphs;
  /** Events that may wait, to be joined or to be sent. */
  readonly queueLimit: number;
  /** Streams that may be open; see StreamQuota. */
  readonly maxStreams: number;
}

/**
 * One subscription upstream and all clients that opened the same one with the same identity. Each event runs the rest of
 * the plan once, one event after the other so that they leave in the order they came, and its text goes to all.
 */
export class Stream {
  readonly #members = new Set<Member>();
  readonly #queue: BoundedQueue<FeedEvent>;
  readonly #feed: Feed;
  #isJoining = false;
  #isPaused = false;
  #isComplete = false;
  #isOver = false;
  #last: { text: string; key: string | undefined; cursor: string | undefined } | undefined;

  constructor(
    private current: Operation,
    private values: JsonObject,
    readonly scope: RequestScope,
    private readonly services: StreamServices,
    private readonly over: (stream: Stream) => void,
    /** Set for a stream that takes a client over from another. */
    continued?: { readonly cursor: string | undefined },
  ) {
    this.#queue = new BoundedQueue(services.queueLimit);
    const listener = {
      event: (event: FeedEvent) => this.#receive(event),
      failed: (errors: readonly ResponseError[]) => this.finish(errors),
      complete: () => {
        this.#isComplete = true;
        if (!this.#isJoining) this.finish();
      },
    };
    this.#feed = new Feed(
      current.plan.primary!,
      values,
      scope,
      services,
      listener,
      continued?.cursor,
      continued !== undefined,
    );
  }

  get operation(): Operation {
    return this.current;
  }

  get variables(): JsonObject {
    return this.values;
  }

  get members(): number {
    return this.#members.size;
  }

  /** Events waiting to be joined, or to be read by slow clients. */
  get queued(): number {
    let count = this.#queue.length;
    for (const member of this.#members) count += member.queued;
    return count;
  }

  start(): void {
    this.#feed.start();
  }

  /** @param left called once, when the client has left or its stream has ended */
  join(sink: StreamSink, left: () => void): Member {
    const member: Member = new Member(sink, this.services.queueLimit, () => {
      left();
      this.#members.delete(member);
      if (this.#members.size === 0) this.#stop();
    });
    this.#members.add(member);
    // Such a field tells the current state first; who joins later gets the latest event for it.
    if (this.#last && this.#feed.isResumable)
      member.offer(this.#last.text, this.#last.key, this.#last.cursor);
    return member;
  }

  /** After a reload: from now on events are joined by the new plan. */
  replace(operation: Operation, variables: JsonObject, isMoved: boolean): void {
    this.current = operation;
    this.values = variables;
    this.#feed.replace(operation.plan.primary!, variables, isMoved);
  }

  /** Its only client has renewed its token in another session, or with another role. */
  become(next: RequestScope, isToBeAuthorised: boolean): void {
    this.scope.become(next);
    if (isToBeAuthorised) this.#feed.reauthorise();
  }

  /** Ends it for everyone. */
  finish(errors?: readonly ResponseError[]): void {
    if (this.#isOver) return;
    const members = [...this.#members];
    this.#stop();
    for (const member of members) member.finish(errors);
  }

  #stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue.clear();
    this.#feed.stop();
    this.scope.cancel();
    this.over(this);
  }

  #receive(event: FeedEvent): void {
    if (!this.#queue.push(event, this.#feed.isResumable ? undefined : stateKey(event.data))) {
      return this.finish([overflow(`More than ${this.services.queueLimit} events wait to be joined.`)]);
    }
    // Where the upstream can go on from a cursor, it need not be heard faster than its events can be joined.
    if (this.#feed.isResumable && this.#queue.length >= this.services.queueLimit / 2 && !this.#isPaused) {
      this.#isPaused = true;
      this.#feed.pause();
    }
    if (!this.#isJoining) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isJoining = true;
    for (let event = this.#queue.shift(); event && !this.#isOver; event = this.#queue.shift()) {
      await this.#send(event);
      if (this.#isPaused && this.#queue.length === 0) {
        this.#isPaused = false;
        this.#feed.resume();
      }
    }
    this.#isJoining = false;
    if (this.#isComplete) this.finish();
  }

  async #send({ data, errors, cursor, isAfterGap }: FeedEvent): Promise<void> {
    const key = this.#feed.isResumable ? undefined : stateKey(data);
    const { subgraphs } = this.services;
    const span = this.scope.spans?.event(this.current.name);
    const answer = await runGraphs(
      this.current,
      data,
      errors,
      this.values,
      subgraphs.fetcher(this.scope),
    ).catch(() => undefined);
    span?.end();
    if (this.#isOver) return;
    if (!answer) return this.finish([INTERNAL_ERROR]);
    const text = isAfterGap
      ? `${answer.text.slice(0, -1)},"extensions":{"stream":{"gap":true}}}`
      : answer.text;
    this.#last = { text: answer.text, key, cursor };
    for (const member of [...this.#members]) member.offer(text, key, cursor);
  }
}

/**
 * The thing whose state an event tells, for streams without cursors: the `id` of the event's object, or of the first
 * object in it that has one.
 */
function stateKey(data: JsonObject): string | undefined {
  for (const event of Object.values(data)) {
    if (!isObject(event)) continue;
    const own = getOwn(event, 'id');
    if (typeof own === 'string' || typeof own === 'number') return String(own);
    for (const [name, value] of Object.entries(event)) {
      const id = isObject(value) ? getOwn(value, 'id') : undefined;
      if (typeof id === 'string' || typeof id === 'number') return `${name}:${id}`;
    }
  }
  return undefined;
}
