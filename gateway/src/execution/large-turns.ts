/**
 * Reads large answers one at a time, and leaves as much time for everything else as each has taken: reading one, and
 * answering from it, takes the event loop for milliseconds.
 */
export class LargeTurns {
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  run(read: () => void): void {
    this.#waiting.push(read);
    if (!this.#isBusy) this.#next();
  }

  #next(): void {
    const read = this.#waiting.shift();
    this.#isBusy = read !== undefined;
    if (!read) return;
    const from = performance.now();
    // What follows from the answer runs before the next turn of the event loop.
    setImmediate(() => setTimeout(() => this.#next(), performance.now() - from));
    read();
  }
}
