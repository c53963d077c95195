/** An answer that is arriving in several parts. */
export interface Arriving {
  /** Gives the answer up; its bytes are freed. */
  drop(): void;
}

/**
 * Bounds what answers of subgraphs take while they arrive: one operation can ask for answers near the limit of each from
 * all subgraphs at once. Beyond, the largest is dropped.
 */
export class ArrivingBytes {
  /** Bytes of each answer so far. */
  readonly #arriving = new Map<Arriving, number>();
  #total = 0;

  /** @param limit bytes, of all answers together */
  constructor(private readonly limit: number) {}

  /** Bytes of all answers that are arriving in parts. */
  get total(): number {
    return this.#total;
  }

  add(answer: Arriving, bytes: number): void {
    const size = (this.#arriving.get(answer) ?? 0) + bytes;
    this.#arriving.set(answer, size);
    this.#total += bytes;
    if (this.#total <= this.limit) return;
    let largest = { answer, size };
    for (const [one, its] of this.#arriving) if (its > largest.size) largest = { answer: one, size: its };
    largest.answer.drop();
  }

  /** An answer is complete, or was given up. */
  remove(answer: Arriving): void {
    this.#total -= this.#arriving.get(answer) ?? 0;
    this.#arriving.delete(answer);
  }
}
