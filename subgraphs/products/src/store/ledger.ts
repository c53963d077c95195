import type { LedgerDocument, ProductDocument } from './collections.js';

/** What an outbox entry's number and the stock after it follow from. */
export type Pending = Pick<ProductDocument, '_id' | 'outbox' | 'sequence' | 'available'>;

/**
 * Each outbox entry with its sequence and the stock available after it. Entries are in the order they happened, and the
 * product's own numbers are those after the last entry, so both follow by counting back.
 */
export function* numbered({ outbox, sequence, available }: Pending) {
  let availableAfter = available;
  const after = outbox
    .toReversed()
    .map((entry) => {
      const result = availableAfter;
      if (entry.kind === 'stock') availableAfter -= entry.available;
      return result;
    })
    .reverse();
  for (const [index, entry] of outbox.entries()) {
    yield { entry, sequence: sequence - (outbox.length - 1 - index), availableAfter: after[index]! };
  }
}

/** A product's stock entries that may be missing from the ledger, in the ledger's form. */
export function ledgerDocuments(product: Pending): LedgerDocument[] {
  return [...numbered(product)].flatMap(({ entry, sequence, availableAfter }) =>
    entry.kind === 'stock'
      ? [
          {
            _id: entry.id,
            productId: product._id,
            sequence,
            type: entry.type,
            available: entry.available,
            reserved: entry.reserved,
            sold: entry.sold,
            availableAfter,
            orderId: entry.orderId,
            reason: entry.reason,
            at: entry.at,
          },
        ]
      : [],
  );
}
