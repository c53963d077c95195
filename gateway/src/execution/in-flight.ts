import { cancelled } from './errors.js';
import type { FetchCallback } from './execute.js';
import type { Cancellable, RequestScope } from '../scope/request-scope.js';
import type { NumberKind } from '../json/exact-number.js';
import { parseAnswer } from './subgraph-client.js';

/** A request on its way, and everyone who waits for its answer. */
interface Shared {
  readonly waiting: Set<FetchCallback>;
  /** The request; undefined until it is sent. */
  request: Cancellable | undefined;
}

/** Sends a request; `own` gets the means to cancel it. */
type Send = (done: FetchCallback, own: (request: Cancellable) => void) => void;

/** The queries that are on their way to one subgraph. */
export class InFlight {
  readonly #shared = new Map<string, Shared>();

  /**
   * Joins the query of this key that is under way, or sends it. Each waiter gets an answer of its own to fill.
   * @param key equal for requests that may share an answer: caller, request, and the mutations they must see
   * @returns whether there was one to join
   */
  join(key: string, numbers: NumberKind, scope: RequestScope, done: FetchCallback, send: Send): boolean {
    const known = this.#shared.get(key);
    const shared: Shared = known ?? { waiting: new Set(), request: undefined };
    const waiter: FetchCallback = (failure, answer, text, cacheControl) => {
      scope.untrack(leave);
      done(failure, answer, text, cacheControl);
    };
    const leave: Cancellable = {
      cancel: () => {
        if (!shared.waiting.delete(waiter)) return;
        if (shared.waiting.size === 0) {
          this.#forget(key, shared);
          shared.request?.cancel();
        }
        done(cancelled(), undefined);
      },
    };
    shared.waiting.add(waiter);
    scope.track(leave);
    if (known) return true;
    this.#shared.set(key, shared);
    send(
      (failure, answer, text, cacheControl) => {
        this.#forget(key, shared);
        let isFirst = true;
        for (const one of shared.waiting) {
          shared.waiting.delete(one);
          // Each execution fills its own parsed copy.
          one(failure, isFirst || !answer ? answer : parseAnswer(text!, numbers), text, cacheControl);
          isFirst = false;
        }
      },
      (request) => (shared.request = request),
    );
    return false;
  }

  #forget(key: string, shared: Shared): void {
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
  }
}
