import { isDeepStrictEqual } from 'node:util';
import type { CurrencyCode } from '@cartograph/money';
import { isId, newId, Refusal } from '@cartograph/service-kit';
import { v5 as uuidv5 } from 'uuid';
import type { CategorySource } from './category-source.js';
import type { CategoryTree } from './domain/category.js';
import {
  ConflictRefusal,
  createFaults,
  readIdempotencyKey,
  readInteger,
  readText,
  type ProductErrorCode,
} from './domain/faults.js';
import { createListing } from './domain/listing.js';
import {
  readNewProduct,
  readProductChanges,
  type NewProduct,
  type NewProductInput,
  type ProductChangesInput,
} from './domain/product-input.js';
import { MAX_STOCK, type Product } from './domain/product.js';
import { createEntry, type StockEntry } from './domain/stock.js';
import type { CatalogueStore, StockStore } from './store/store.js';

export interface CatalogueServiceOptions {
  readonly catalogue: CatalogueStore;
  readonly categories: CategorySource;
  readonly stock: StockStore;
  readonly currency: CurrencyCode;
  /** Called after products were written, before the answer: readers must not see the old one any more. */
  readonly onChanged: (productIds: readonly string[]) => Promise<void>;
  readonly clock?: () => Date;
}

export interface UpdateProduct extends ProductChangesInput {
  readonly productId: string;
  readonly version?: number | null | undefined;
}

export interface AdjustStock {
  readonly productId: string;
  readonly delta: number;
  readonly reason: string;
  readonly idempotencyKey?: string | null | undefined;
}

export type CatalogueService = ReturnType<typeof createCatalogueService>;

/** The use cases of staff: what is written about products, and stock counted by hand. */
export function createCatalogueService({
  catalogue,
  categories,
  stock,
  currency,
  onChanged,
  clock = () => new Date(),
}: CatalogueServiceOptions) {
  // What is written is checked against what is there now.
  const loadTree = () => categories.fresh();

  async function load(productId: string): Promise<Product> {
    const [product] = isId(productId) ? await catalogue.findByIds([productId]) : [];
    if (!product) throw notFound();
    return product;
  }

  /** Nobody may have deleted it since the tree was read: a product always has its category. */
  async function keepCategory(tree: CategoryTree, slug: string): Promise<void> {
    const category = tree.get(slug);
    if (category) await catalogue.keepCategory(category);
  }

  /** Applies `change` to the present product until nobody else comes in between. */
  async function rewrite(
    productId: string,
    version: number | null | undefined,
    change: (current: Product, tree: CategoryTree) => Partial<Product> | null,
    known?: CategoryTree,
  ): Promise<Product> {
    const tree = known ?? (await loadTree());
    for (let attempt = 1; ; attempt++) {
      const current = await load(productId);
      if (version != null && version !== current.version) throw new ConflictRefusal('product', current);
      const changes = change(current, tree);
      if (changes === null) return current;
      const next = { ...current, ...changes, version: current.version + 1, updatedAt: clock() };
      if (await catalogue.replace(next, tree.pathOf(next.category), current.version)) {
        if (next.variant) await catalogue.refreshGroup(next.variant.group);
        if (next.category !== current.category) await keepCategory(tree, next.category);
        await onChanged([next.id]);
        return next;
      }
      if (attempt === 10) throw new ConflictRefusal('product', await load(productId));
    }
  }

  /** @returns those that were added; a sku that is taken is left as it is */
  async function addAll(products: readonly NewProduct[], tree: CategoryTree): Promise<Product[]> {
    const at = clock();
    const listings = products.map((product) => createListing(product, tree.pathOf(product.category), at));
    const taken = await catalogue.insert(listings);
    const added = listings.flatMap(({ product }) => (taken.has(product.id) ? [] : [product]));
    for (const group of new Set(added.flatMap(({ variant }) => variant?.group ?? [])))
      await catalogue.refreshGroup(group);
    for (const slug of new Set(added.map(({ category }) => category))) await keepCategory(tree, slug);
    if (added.length > 0) await onChanged(added.map(({ id }) => id));
    return added;
  }

  /** Whether a change of stock with this id was made before. @throws Refusal IDEMPOTENCY_KEY_REUSED if it was another one */
  async function isDone({ id, productId, available, reason }: StockEntry): Promise<boolean> {
    const before = await stock.findEntry(productId, id);
    if (before && (before.available !== available || before.reason !== reason))
      throw new Refusal<ProductErrorCode>(
        'IDEMPOTENCY_KEY_REUSED',
        'This idempotency key was used before with another input. Use a new one for a new change.',
        ['idempotencyKey'],
      );
    return before !== undefined;
  }

  return {
    loadTree,

    async createProduct(input: NewProductInput): Promise<Product> {
      const tree = await loadTree();
      const faults = createFaults();
      const product = readNewProduct(faults, input, { tree, currency });
      faults.refuse();
      const [added] = await addAll([product], tree);
      if (added) return added;
      throw new Refusal<ProductErrorCode>('SKU_TAKEN', `Another product has the SKU "${product.sku}".`, [
        'sku',
      ]);
    },

    updateProduct({ productId, version, ...input }: UpdateProduct): Promise<Product> {
      return rewrite(productId, version, (current, tree) => {
        const faults = createFaults();
        const changes = readProductChanges(faults, input, current, { tree, currency });
        faults.refuse();
        return Object.keys(changes).length === 0 ? null : changes;
      });
    },

    archiveProduct: (productId: string) =>
      rewrite(productId, null, ({ isArchived }) => (isArchived ? null : { isArchived: true })),

    restoreProduct: (productId: string) =>
      rewrite(productId, null, ({ isArchived }) => (isArchived ? { isArchived: false } : null)),

    async adjustStock(input: AdjustStock): Promise<Product> {
      const faults = createFaults();
      const delta = readInteger(faults, ['delta'], 'The change', input.delta, {
        min: -MAX_STOCK,
        max: MAX_STOCK,
      });
      if (delta === 0) faults.add(['delta'], 'A change of 0 changes nothing.');
      const reason = readText(faults, ['reason'], 'The reason', input.reason, { max: 200 });
      const key = readIdempotencyKey(faults, input.idempotencyKey);
      faults.refuse();
      const { productId } = input;
      if (!isId(productId)) throw notFound();
      const id = key === undefined ? newId() : uuidv5(key, productId);
      const entry = createEntry('ADJUSTMENT', delta, { id, productId, reason, at: clock() });
      if (key !== undefined && (await isDone(entry))) return load(productId);
      const adjusted = await stock.adjust(productId, entry, MAX_STOCK);
      if (adjusted) {
        await onChanged([productId]);
        return adjusted;
      }
      // Refused, or the same request was done at this very moment.
      const product = await load(productId);
      if (key !== undefined && (await isDone(entry))) return product;
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
    },

    addAll,

    /**
     * Writes all that an import says about a product but its stock, which is counted here and not in a file.
     * @param present as it was a moment ago
     * @returns false if nothing was different
     */
    async overwrite(
      present: Product,
      { stock: _stock, sku: _sku, variant: _variant, ...written }: NewProduct,
      tree: CategoryTree,
    ): Promise<boolean> {
      const isDifferent = (current: Product) =>
        Object.entries(written).some(
          ([key, value]) => !isDeepStrictEqual(current[key as keyof typeof written], value),
        );
      if (!isDifferent(present)) return false;
      await rewrite(present.id, null, (current) => (isDifferent(current) ? written : null), tree);
      return true;
    },
  };
}

const notFound = () =>
  new Refusal<ProductErrorCode>('PRODUCT_NOT_FOUND', 'There is no such product.', ['productId']);
