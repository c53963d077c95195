/** What one subscription with small variables takes, in bytes; `npm run bench -- streams` measures it. */
const UNIT_BYTES = 32 * 1024;
/** Variables are held as values, as text for the subgraph, and in its socket. */
const COPIES = 4;
/** The part of all streams that one client may have. */
const CLIENT_SHARE = 1 / 2;

/** Bounds the subscriptions of all clients, and of each, by what they take of the heap. */
export class StreamQuota {
  readonly #byClient = new Map<string, number>();
  #total = 0;

  /** @param max subscriptions with small variables; one with large variables counts as several */
  constructor(private readonly max: number) {}

  /**
   * Takes a place for one subscription.
   * @param variables the length of their JSON
   * @returns gives it back; undefined where there is none
   */
  take(client: string, variables: number): (() => void) | undefined {
    const units = 1 + Math.floor((variables * COPIES) / UNIT_BYTES);
    const own = this.#byClient.get(client) ?? 0;
    if (this.#total + units > this.max || own + units > Math.max(1, this.max * CLIENT_SHARE))
      return undefined;
    this.#total += units;
    this.#byClient.set(client, own + units);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#total -= units;
      const left = this.#byClient.get(client)! - units;
      if (left > 0) this.#byClient.set(client, left);
      else this.#byClient.delete(client);
    };
  }
}
