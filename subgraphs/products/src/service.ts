import { isDeepStrictEqual } from 'node:util';
import type { CurrencyCode } from '@cartograph/money';
import { isId, newId, Refusal } from '@cartograph/kit';
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
  type ProductChanges,
  type ProductChangesInput,
} from './domain/product-input.js';
import { MAX_STOCK, type Product } from './domain/product.js';
import { createEntry, type StockEntry } from './domain/stock.js';
import { concernsGroup, groupFaults, type Member } from './domain/variant-group.js';
import type { Exclusive } from './exclusive.js';
import type { CatalogueStore, StockStore } from './store/store.js';

export interface CatalogueServiceOptions {
  readonly catalogue: CatalogueStore;
  readonly categories: CategorySource;
  readonly stock: StockStore;
  readonly exclusive: Exclusive;
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
  exclusive,
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

  const inGroup = <Result>(group: string, change: () => Promise<Result>): Promise<Result> =>
    exclusive(`group ${group}`, `the group "${group}"`, change);

  /** Writes the next version of a product, and what follows from it for its group. @returns false if others were faster */
  async function write(next: Product, current: Product, tree: CategoryTree): Promise<boolean> {
    const path = tree.pathOf(next.category);
    const group = next.variant?.group;
    const left = current.variant?.group;
    if (group === undefined || !concernsGroup(differences(next, current))) {
      if (!(await catalogue.replace(next, path, current.version))) return false;
      const moved = group ?? left;
      if (moved !== undefined) await catalogue.refreshGroup(moved);
      await onChanged([next.id]);
      return true;
    }
    return inGroup(group, async () => {
      const members = (await catalogue.findGroups([group])).get(group)!;
      const siblings = members.filter(({ product }) => product.id !== next.id);
      refuseOdd(
        next,
        current,
        siblings.map(({ product }) => product),
      );
      // The name and the category are the group's: the newest go to all of it.
      const isShared = next.title !== current.title || next.category !== current.category;
      const revision = isShared ? Math.max(...members.map((one) => one.sharedRevision), 0) + 1 : undefined;
      if (!(await catalogue.replace(next, path, current.version, revision))) return false;
      await catalogue.refreshGroup(group);
      await onChanged(
        [next, ...(isShared ? siblings.map(({ product }) => product) : [])].map(({ id }) => id),
      );
      return true;
    });
  }

  /** Applies `change` to the present product until no other change comes in between. */
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
      if (await write(next, current, tree)) {
        if (next.category !== current.category) await keepCategory(tree, next.category);
        return next;
      }
      if (attempt === 10) throw new ConflictRefusal('product', await load(productId));
    }
  }

  /** @returns those that were added; a sku that is taken is left as it is */
  async function insert(products: readonly NewProduct[], tree: CategoryTree): Promise<Product[]> {
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

  /**
   * Adds products; those of one group one group at a time, so that two who add the same variant see each other.
   * @returns those that were added, and those that do not go with their group. Others have a sku that is taken.
   */
  async function addAll(products: readonly NewProduct[], tree: CategoryTree) {
    const added = await insert(
      products.filter(({ variant }) => variant === null),
      tree,
    );
    const refused: { readonly product: NewProduct; readonly refusal: Refusal }[] = [];
    const groups = new Map<string, NewProduct[]>();
    for (const product of products)
      if (product.variant)
        groups.set(product.variant.group, [...(groups.get(product.variant.group) ?? []), product]);
    const addGroup = ([group, variants]: [string, NewProduct[]]) =>
      inGroup(group, async () => {
        const members: Member[] = (await catalogue.findGroups([group]))
          .get(group)!
          .map(({ product }) => product);
        const fitting = variants.filter((product) => {
          // A sku that is taken is not a second variant.
          const others = members.filter(({ sku }) => sku.toLowerCase() !== product.sku.toLowerCase());
          try {
            refuseOdd(product, undefined, others);
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            refused.push({ product, refusal: error });
            return false;
          }
          members.push(product);
          return true;
        });
        added.push(...(await insert(fitting, tree)));
      });
    for (let rest = [...groups]; rest.length > 0; rest = rest.slice(GROUPS_AT_ONCE))
      await Promise.all(rest.slice(0, GROUPS_AT_ONCE).map(addGroup));
    return { added, refused };
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
      const {
        added: [added],
        refused: [refused],
      } = await addAll([product], tree);
      if (added) return added;
      const [taken] = await catalogue.findBySkus([product.sku.toLowerCase()]);
      if (taken)
        throw new Refusal<ProductErrorCode>('SKU_TAKEN', `Another product has the SKU "${product.sku}".`, [
          'sku',
        ]);
      throw (
        refused?.refusal ??
        new Refusal<ProductErrorCode>(
          'VARIANT_CONFLICT',
          'An equal variant of its group was added at the same time.',
          ['variant'],
        )
      );
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
     * Writes what a file says about a product.
     * @param present as it was a moment ago
     * @returns false if nothing was different
     */
    async changeByFile(
      present: Product,
      tree: CategoryTree,
      change: (current: Product) => ProductChanges,
    ): Promise<boolean> {
      const differing = (current: Product) => {
        const changes = change(current);
        return Object.keys(differences({ ...current, ...changes }, current)).length > 0 ? changes : null;
      };
      if (differing(present) === null) return false;
      await rewrite(present.id, null, differing, tree);
      return true;
    },
  };
}

/** How many groups of variants an import works on at once. */
const GROUPS_AT_ONCE = 8;

/** The fields of a product's text that differ. */
function differences(next: Product, current: Product): Partial<Product> {
  const keys = [
    'title',
    'description',
    'category',
    'price',
    'imageUrl',
    'attributes',
    'variant',
    'isArchived',
  ] as const;
  return Object.fromEntries(
    keys.filter((key) => !isDeepStrictEqual(next[key], current[key])).map((key) => [key, next[key]]),
  );
}

/** @throws Refusal VARIANT_CONFLICT if a product does not go with its group */
function refuseOdd(next: Member, before: Member | undefined, siblings: readonly Member[]): void {
  const faults = createFaults();
  for (const { field, message } of groupFaults(next, before, siblings))
    faults.add(field, message, 'VARIANT_CONFLICT');
  faults.refuse();
}

const notFound = () =>
  new Refusal<ProductErrorCode>('PRODUCT_NOT_FOUND', 'There is no such product.', ['productId']);
