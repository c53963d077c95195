import type { Clock } from '@cartograph/kit/clock';
import { isDeepStrictEqual } from 'node:util';
import { isId } from '@cartograph/kit/is-id';
import type { CurrencyCode } from '@cartograph/money';
import type { CategoryTree } from '../../domain/categories/category.js';
import type { Product } from '../../domain/products/product.js';
import { concernsGroup, groupConflicts, type Member } from '../../domain/products/variant-group.js';
import { createRefusals } from '../../domain/refusals.js';
import type { CatalogueStore } from '../../store/store.js';
import type { CategorySource } from '../categories/category-source.js';
import type { RunExclusively } from '../run-exclusively.js';
import { ConflictRefusal, refuse } from '../refuse.js';

/** What every use case that writes products needs. */
export interface Deps {
  readonly catalogue: CatalogueStore;
  readonly categories: CategorySource;
  readonly runExclusively: RunExclusively;
  readonly currency: CurrencyCode;
  /** Called after products were written and before the answer, so that no reader sees an old one after it. */
  readonly onChanged: (productIds: readonly string[]) => Promise<void>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** A change is tried this often against the current version before the caller gets a CONFLICT. */
const MAX_ATTEMPTS = 10;

/** @throws Refusal PRODUCT_NOT_FOUND */
export async function loadProduct(
  { catalogue }: Pick<Deps, 'catalogue'>,
  productId: string,
): Promise<Product> {
  const [product] = isId(productId) ? await catalogue.findByIds([productId]) : [];
  if (!product) throw productNotFound();
  return product;
}

/** Applies `change` to the current product and repeats it if another change was written in between. */
export async function rewriteProduct(
  deps: Deps,
  {
    productId,
    version,
    change,
    tree,
  }: {
    readonly productId: string;
    /** The version the caller has seen; undefined or null to overwrite any. */
    readonly version?: number | null | undefined;
    /** Null for no change. */
    readonly change: (current: Product) => Partial<Product> | null;
    readonly tree: CategoryTree;
  },
): Promise<Product> {
  for (let attempt = 1; ; attempt++) {
    const current = await loadProduct(deps, productId);
    if (version != null && version !== current.version) throw new ConflictRefusal('product', current);
    const changes = change(current);
    if (changes === null) return current;
    const next = { ...current, ...changes, version: current.version + 1, updatedAt: deps.clock() };
    if (await write(deps, next, current, tree)) {
      if (next.category !== current.category) await keepCategory(deps, tree, next.category);
      return next;
    }
    if (attempt === MAX_ATTEMPTS) throw new ConflictRefusal('product', await loadProduct(deps, productId));
  }
}

/** Writes the next version of a product and updates its group. @returns false if another change came first */
async function write(deps: Deps, next: Product, current: Product, tree: CategoryTree): Promise<boolean> {
  const { catalogue, onChanged } = deps;
  const path = tree.pathOf(next.category);
  const group = next.variant?.group;
  const left = current.variant?.group;
  if (group === undefined || !concernsGroup(changedFields(next, current))) {
    if (!(await catalogue.replace(next, path, current.version))) return false;
    const moved = group ?? left;
    if (moved !== undefined) await catalogue.refreshGroup(moved);
    await onChanged([next.id]);
    return true;
  }
  return inGroup(deps, group, async () => {
    const members = (await catalogue.findGroups([group])).get(group)!;
    const siblings = members.filter(({ product }) => product.id !== next.id).map(({ product }) => product);
    refuseMismatch(next, current, siblings);
    // Name and category belong to the whole group: the newest values go to every variant.
    const isShared = next.title !== current.title || next.category !== current.category;
    const revision = isShared ? Math.max(...members.map((one) => one.sharedRevision), 0) + 1 : undefined;
    if (!(await catalogue.replace(next, path, current.version, revision))) return false;
    await catalogue.refreshGroup(group);
    await onChanged([next, ...(isShared ? siblings : [])].map(({ id }) => id));
    return true;
  });
}

/** Restores a category that was deleted since the tree was read: a product always has its category. */
export async function keepCategory(
  { catalogue }: Pick<Deps, 'catalogue'>,
  tree: CategoryTree,
  slug: string,
): Promise<void> {
  const category = tree.get(slug);
  if (category) await catalogue.keepCategory(category);
}

/** Runs changes of one group of variants one after another. */
export const inGroup = <Result>(
  { runExclusively }: Pick<Deps, 'runExclusively'>,
  group: string,
  change: () => Promise<Result>,
): Promise<Result> => runExclusively(`group ${group}`, `the group "${group}"`, change);

const FIELDS = [
  'title',
  'description',
  'category',
  'price',
  'imageUrl',
  'attributes',
  'variant',
  'weight',
  'dimensions',
  'isArchived',
] as const;

/** The fields that differ, with their new values. Stock is not among them. */
export const changedFields = (next: Product, current: Product): Partial<Product> =>
  Object.fromEntries(
    FIELDS.filter((key) => !isDeepStrictEqual(next[key], current[key])).map((key) => [key, next[key]]),
  );

/** @throws Refusal VARIANT_CONFLICT if a product does not fit its group */
export function refuseMismatch(next: Member, before: Member | undefined, siblings: readonly Member[]): void {
  const refusals = createRefusals();
  for (const { field, message } of groupConflicts(next, before, siblings))
    refusals.add(field, message, 'VARIANT_CONFLICT');
  refusals.throwIfAny();
}

export const productNotFound = () => refuse('PRODUCT_NOT_FOUND', 'Product not found.', ['productId']);
