import type { Clock } from '@cartograph/kit/clock';
import { idempotencyKeyFault, idempotencyKeyReused, isId } from '@cartograph/kit';
import { v5 as uuidv5 } from 'uuid';
import { MAX_STOCK, type Product } from '../../domain/products/product.js';
import { createRefusals, readInteger } from '../../domain/refusals.js';
import { createEntry, type StockEntry } from '../../domain/stock/stock.js';
import type { CatalogueStore, StockStore } from '../../store/store.js';
import { loadProduct, productNotFound } from '../products/write-product.js';
import { refuse } from '../refuse.js';

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
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Adds to a product's available stock or takes from it. With an idempotency key it is safe to repeat. */
export async function adjustStock(deps: Deps, input: AdjustStock): Promise<Product> {
  const { catalogue, stock, onChanged, clock, newId } = deps;
  const { productId } = input;
  const refusals = createRefusals();
  const delta = readInteger(refusals, ['delta'], 'The change', input.delta, {
    min: -MAX_STOCK,
    max: MAX_STOCK,
  });
  if (delta === 0) refusals.add(['delta'], 'The change must not be 0.');
  const reason = refusals.text(['reason'], 'The reason', input.reason, { max: 200, isRequired: true });
  const key = input.idempotencyKey ?? undefined;
  const keyFault = key === undefined ? undefined : idempotencyKeyFault(key);
  if (keyFault) refusals.add(['idempotencyKey'], keyFault);
  refusals.throwIfAny();
  if (!isId(productId)) throw productNotFound();
  const id = key === undefined ? newId() : uuidv5(key, productId);
  const entry = createEntry('ADJUSTMENT', delta, { id, productId, reason, at: clock() });
  if (key !== undefined && (await isDone(stock, entry))) return loadProduct(deps, productId);
  const adjusted = await stock.adjust(productId, entry, MAX_STOCK);
  if (adjusted) {
    if (adjusted.variant) await catalogue.refreshGroup(adjusted.variant.group);
    await onChanged([productId]);
    return adjusted;
  }
  // Either it is refused, or the same request was applied at the same moment.
  const product = await loadProduct(deps, productId);
  if (key !== undefined && (await isDone(stock, entry))) return product;
  throw delta > 0
    ? refuse(
        'INVALID_INPUT',
        `A product may have at most ${MAX_STOCK} units in stock; it has ${product.available}.`,
        ['delta'],
      )
    : refuse(
        'OUT_OF_STOCK',
        `Expected at most ${product.available} units, got ${-delta}. Units that orders reserve cannot be taken.`,
        ['delta'],
      );
}

/** Whether this change was made before. @throws Refusal IDEMPOTENCY_KEY_REUSED if the key stood for another change */
async function isDone(stock: StockStore, { id, productId, available, reason }: StockEntry): Promise<boolean> {
  const before = await stock.findEntry(productId, id);
  if (before && (before.available !== available || before.reason !== reason)) throw idempotencyKeyReused();
  return before !== undefined;
}
