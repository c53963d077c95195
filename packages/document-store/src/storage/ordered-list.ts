/** Where an item is or would be: the first place that lies at or behind what was looked for. */
export interface Place {
  readonly block: number;
  readonly at: number;
}

const MAX_BLOCK = 512;

/** Items in the order that its user gives them, in blocks so short that inserting one moves few. */
export class OrderedList<T> {
  private readonly blocks: T[][] = [];

  /** The first place where `isReached` holds. It has to hold for all behind that place, too. */
  seek(isReached: (item: T) => boolean): Place {
    const block = firstWhere(this.blocks.length, (index) => isReached(this.blocks[index]!.at(-1)!));
    const items = this.blocks[block];
    return { block, at: items ? firstWhere(items.length, (index) => isReached(items[index]!)) : 0 };
  }

  at({ block, at }: Place): T | undefined {
    return this.blocks[block]?.[at];
  }

  insert({ block, at }: Place, item: T): void {
    // Behind the last one there is no block: it goes to the end of the one before.
    const items = this.blocks[block] ?? this.blocks.at(-1);
    if (!items) {
      this.blocks.push([item]);
      return;
    }
    items.splice(this.blocks[block] ? at : items.length, 0, item);
    if (items.length > MAX_BLOCK)
      this.blocks.splice(this.blocks.indexOf(items) + 1, 0, items.splice(MAX_BLOCK / 2));
  }

  /** Puts items that are in order already into an empty list. */
  fill(items: readonly T[]): void {
    for (let start = 0; start < items.length; start += MAX_BLOCK / 2)
      this.blocks.push(items.slice(start, start + MAX_BLOCK / 2));
  }

  remove({ block, at }: Place): void {
    const items = this.blocks[block]!;
    items.splice(at, 1);
    if (items.length === 0) this.blocks.splice(block, 1);
  }

  /** How many items lie between two places, which must be in order. */
  countBetween(start: Place, end: Place): number {
    let count = end.at - start.at;
    for (let block = start.block; block < end.block; block += 1) count += this.blocks[block]!.length;
    return count;
  }

  /** The items between two places. The list must not change while they are read. */
  *between(start: Place, end: Place, isReversed = false): Generator<T, undefined> {
    const step = isReversed ? -1 : 1;
    const [from, to] = isReversed ? [end, start] : [start, end];
    for (let block = from.block; isReversed ? block >= to.block : block <= to.block; block += step) {
      const items = this.blocks[block];
      if (!items) continue;
      const low = block === start.block ? start.at : 0;
      const high = block === end.block ? end.at : items.length;
      for (let index = isReversed ? high - 1 : low; index >= low && index < high; index += step)
        yield items[index]!;
    }
  }
}

/** The first index below `length` for which it holds, or `length`. */
function firstWhere(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
