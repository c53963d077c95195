import { WebSocket } from 'ws';

/** For how long a socket's messages are handled before everything else gets a turn. */
const TURN_MS = 4;

/**
 * A WebSocket that gives requests and other sockets a turn between its messages. Otherwise, hundreds of small events that
 * arrive in one packet are handled in a row, each with its joins and its clients, and hold up all requests for so long.
 */
export class PatientSocket extends WebSocket {
  readonly #waiting: [data: unknown, isBinary: unknown][] = [];
  /** When this turn's messages must give way; 0 before the first. */
  #turnEnds = 0;

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event === 'message') {
      const [data, isBinary] = values;
      if (this.#waiting.length > 0 || this.#isTurnOver()) this.#wait(data, isBinary);
      else this.receive(data, isBinary);
      return true;
    }
    // Whatever came before the end counts.
    if (event === 'close') for (const message of this.#waiting.splice(0)) this.receive(...message);
    return super.emit(event, ...values);
  }

  /** Handles a message. */
  protected receive(data: unknown, isBinary: unknown): void {
    super.emit('message', data, isBinary);
  }

  #isTurnOver(): boolean {
    const now = performance.now();
    if (this.#turnEnds === 0) {
      this.#turnEnds = now + TURN_MS;
      setImmediate(() => (this.#turnEnds = 0));
      return false;
    }
    return now > this.#turnEnds;
  }

  #wait(data: unknown, isBinary: unknown): void {
    // What has been read already still comes; no more is read until it has been handled.
    if (this.#waiting.push([data, isBinary]) > 1) return;
    this.pause();
    const handle = async (): Promise<void> => {
      const ends = performance.now() + TURN_MS;
      do {
        const message = this.#waiting.shift();
        if (message) this.receive(...message);
        // What follows from it is done before the next one, so that no stream's queue overflows.
        await undefined;
      } while (this.#waiting.length > 0 && performance.now() < ends);
      if (this.#waiting.length > 0) setImmediate(() => void handle());
      else this.resume();
    };
    setImmediate(() => void handle());
  }
}
