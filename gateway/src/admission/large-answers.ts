import type { RequestScope } from '../scope/request-scope.js';
import { clientOf } from './client.js';

/** Answers from here on are large: they take the event loop for milliseconds. */
const LARGE_BYTES = 256 * 1024;
/** Operations that may wait, and those of one client. */
const MAX_WAITING = 500;
const MAX_WAITING_PER_CLIENT = 8;

interface Waiting {
  readonly bytes: number;
  readonly start: () => void;
}

/**
 * Limits how many bytes of large answers are made at the same time, so that small ones do not wait behind them. How large an
 * answer will be is known from those before: bytes for each unit of cost. Clients take turns.
 */
export class LargeAnswers {
  readonly #bytesPerCost = new WeakMap<object, number>();
  /** By client, in the order of their turns. */
  readonly #waiting = new Map<string, Waiting[]>();
  #count = 0;
  #underWay = 0;

  /** @param limit bytes of large answers that are made at the same time */
  constructor(private readonly limit: number) {}

  /** Whether the operation would have to wait and may not, as too many do already. */
  refuses(operation: object, cost: number, scope: RequestScope): boolean {
    if (this.#count === 0 || this.#expect(operation, cost) === 0) return false;
    return (
      this.#count >= MAX_WAITING ||
      (this.#waiting.get(clientOf(scope))?.length ?? 0) >= MAX_WAITING_PER_CLIENT
    );
  }

  /** Runs an operation when there is room for its answer; at once if that is expected to be small. */
  run<T>(operation: object, cost: number, scope: RequestScope, run: () => Promise<T>): Promise<T> {
    const bytes = this.#expect(operation, cost);
    if (bytes === 0) return run();
    return new Promise<T>((resolve) => {
      const start = (): void => {
        this.#underWay += bytes;
        const ended = run();
        resolve(ended);
        const next = (): void => {
          this.#underWay -= bytes;
          this.#startNext();
        };
        ended.then(next, next);
      };
      if (this.#count === 0 && this.#hasRoom(bytes)) return start();
      this.#count++;
      const client = clientOf(scope);
      const own = this.#waiting.get(client);
      if (own) own.push({ bytes, start });
      else this.#waiting.set(client, [{ bytes, start }]);
    });
  }

  /** Learns from an answer. */
  note(operation: object, cost: number, bytes: number): void {
    const known = this.#bytesPerCost.get(operation);
    if (known === undefined && bytes < LARGE_BYTES) return;
    const found = bytes / Math.max(1, cost);
    this.#bytesPerCost.set(operation, known === undefined ? found : Math.max(found, (found + known) / 2));
  }

  /** 0 for an answer that is not large, as far as is known. */
  #expect(operation: object, cost: number): number {
    const bytes = (this.#bytesPerCost.get(operation) ?? 0) * Math.max(1, cost);
    return bytes < LARGE_BYTES ? 0 : bytes;
  }

  #hasRoom(bytes: number): boolean {
    return this.#underWay === 0 || this.#underWay + bytes <= this.limit;
  }

  #startNext(): void {
    for (const [client, own] of this.#waiting) {
      const next = own[0]!;
      if (!this.#hasRoom(next.bytes)) return;
      own.shift();
      this.#count--;
      this.#waiting.delete(client);
      if (own.length > 0) this.#waiting.set(client, own);
      next.start();
      if (this.#count === 0) return;
    }
  }
}
