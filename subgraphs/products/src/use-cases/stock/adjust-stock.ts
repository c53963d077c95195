import { isId, Refusal } from '@cartograph/kit';
import { v5 as uuidv5 } from 'uuid';
import { MAX_STOCK, type Product } from '../../domain/products/product.js';
import {
  createFaults,
  readIdempotencyKey,
  readInteger,
  readText,
  type ProductErrorCode,
} from '../../domain/refusals.js';
import { createEntry, type StockEntry } from '../../domain/stock/stock.js';
import type { CatalogueStore, StockStore } from '../../store/store.js';
import { loadProduct, productNotFound } from '../products/write-product.js';

export interface AdjustStock {
  readonly productId: string;
  readonly delta: number;
  readonly reason: string;
  readonly idempotencyKey?: string | null | undefined;
}

interface Deps {
  readonly catalogue: CatalogueStore;
  readonly stock: StockStore;
  readonly onChanged: (productIds: readonly string[]) => Promise<void>;
  readonly clock: () => Date;
  readonly newId: () => string;
}

/** Adds to a product's available stock or takes from it. With an idempotency key it is safe to repeat. */
export async function adjustStock(deps: Deps, input: AdjustStock): Promise<Product> {
  const { stock, onChanged, clock, newId } = deps;
  const { productId } = input;
  const faults = createFaults();
  const delta = readInteger(faults, ['delta'], 'The change', input.delta, {
    min: -MAX_STOCK,
    max: MAX_STOCK,
  });
  if (delta === 0) faults.add(['delta'], 'A change of 0 changes nothing.');
  const reason = readText(faults, ['reason'], 'The reason', input.reason, { max: 200 });
  const key = readIdempotencyKey(faults, input.idempotencyKey);
  faults.refuse();
  if (!isId(productId)) throw productNotFound();
  const id = key === undefined ? newId() : uuidv5(key, productId);
  const entry = createEntry('ADJUSTMENT', delta, { id, productId, reason, at: clock() });
  if (key !== undefined && (await isDone(stock, entry))) return loadProduct(deps, productId);
  const adjusted = await stock.adjust(productId, entry, MAX_STOCK);
  if (adjusted) {
    await onChanged([productId]);
    return adjusted;
  }
  // Either it is refused, or the same request was applied at the same moment.
  const product = await loadProduct(deps, productId);
  if (key !== undefined && (await isDone(stock, entry))) return product;
  throw delta > 0
    ? new Refusal<ProductErrorCode>(
        'INVALID_INPUT',
        `A product may have ${MAX_STOCK} in stock; it has ${product.available}.`,
        ['delta'],
      )
    : new Refusal<ProductErrorCode>(
        'OUT_OF_STOCK',
        `Only ${product.available} can be taken: what orders hold is not counted.`,
        ['delta'],
      );
}

/** Whether this change was made before. @throws Refusal IDEMPOTENCY_KEY_REUSED if the key stood for another change */
async function isDone(stock: StockStore, { id, productId, available, reason }: StockEntry): Promise<boolean> {
  const before = await stock.findEntry(productId, id);
  if (before && (before.available !== available || before.reason !== reason))
    throw new Refusal<ProductErrorCode>(
      'IDEMPOTENCY_KEY_REUSED',
      'This idempotency key was used before with another input. Use a new one for a new change.',
      ['idempotencyKey'],
    );
  return before !== undefined;
}
