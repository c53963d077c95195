/**
 * A queue that does not grow without limit. At the limit an item with a key takes the place of the older one with the
 * same key, so that under pressure the newest state of each thing remains; `push` says no when that does not help.
 */
export class BoundedQueue<T> {
  #items: { readonly key: string | undefined; readonly value: T }[] = [];
  #head = 0;

  constructor(readonly limit: number) {}

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** @returns false when the item did not fit */
  push(value: T, key: string | undefined): boolean {
    if (this.length >= this.limit) {
      const place =
        key === undefined
          ? -1
          : this.#items.findIndex((item, index) => index >= this.#head && item.key === key);
      if (place < 0) return false;
      this.#items.splice(place, 1);
    }
    this.#items.push({ key, value });
    return true;
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const { value } = this.#items[this.#head]!;
    this.#items[this.#head++] = undefined as never;
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return value;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
