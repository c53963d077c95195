import { Refusal } from '@cartograph/kit/refusal';
import type { CategoryTree } from '../../domain/categories/category.js';
import { createListing } from '../../domain/products/listing.js';
import type { NewProduct } from '../../domain/products/product-input.js';
import { skuKey, type Product } from '../../domain/products/product.js';
import type { Member } from '../../domain/products/variant-group.js';
import { inGroup, keepCategory, refuseMismatch, type Deps } from './write-product.js';

/** How many groups of variants an import adds to at once. */
const GROUPS_AT_ONCE = 8;

export interface AddedProducts {
  readonly added: readonly Product[];
  /** Products that do not fit their group. */
  readonly refused: readonly { readonly product: NewProduct; readonly refusal: Refusal }[];
}

/** The id of the ledger entry of a new product's first stock. */
type EntryIdOf = (product: NewProduct) => string;

/**
 * Adds products. Those of one group are added under the group's lease, so that two requests that add the same variant see
 * each other. A product in neither list of the result has a SKU that is taken.
 */
export async function addProducts(
  deps: Deps,
  products: readonly NewProduct[],
  tree: CategoryTree,
  entryIdOf: EntryIdOf = deps.newId,
): Promise<AddedProducts> {
  const added = await insert(
    deps,
    products.filter(({ variant }) => variant === null),
    tree,
    entryIdOf,
  );
  const refused: { readonly product: NewProduct; readonly refusal: Refusal }[] = [];
  const groups = new Map<string, NewProduct[]>();
  for (const product of products)
    if (product.variant)
      groups.set(product.variant.group, [...(groups.get(product.variant.group) ?? []), product]);

  const addGroup = ([group, variants]: [string, NewProduct[]]) =>
    inGroup(deps, group, async () => {
      const members: Member[] = (await deps.catalogue.findGroups([group]))
        .get(group)!
        .map(({ product }) => product);
      const fitting = variants.filter((product) => {
        // A SKU that is taken is not a second variant.
        const others = members.filter(({ sku }) => skuKey(sku) !== skuKey(product.sku));
        try {
          refuseMismatch(product, undefined, others);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          refused.push({ product, refusal: error });
          return false;
        }
        members.push(product);
        return true;
      });
      added.push(...(await insert(deps, fitting, tree, entryIdOf)));
    });
  for (let rest = [...groups]; rest.length > 0; rest = rest.slice(GROUPS_AT_ONCE))
    await Promise.all(rest.slice(0, GROUPS_AT_ONCE).map(addGroup));
  return { added, refused };
}

/** @returns the products that were added; an existing product with the same SKU stays as it is */
async function insert(
  deps: Deps,
  products: readonly NewProduct[],
  tree: CategoryTree,
  entryIdOf: EntryIdOf,
): Promise<Product[]> {
  const { catalogue, onChanged, clock, newId } = deps;
  const at = clock();
  const listings = products.map((product) =>
    createListing(product, tree.pathOf(product.category), at, {
      productId: newId(),
      entryId: entryIdOf(product),
    }),
  );
  const taken = await catalogue.insert(listings);
  const added = listings.flatMap(({ product }) => (taken.has(product.id) ? [] : [product]));
  for (const group of new Set(added.flatMap(({ variant }) => variant?.group ?? [])))
    await catalogue.refreshGroup(group);
  for (const slug of new Set(added.map(({ category }) => category))) await keepCategory(deps, tree, slug);
  if (added.length > 0) await onChanged(added.map(({ id }) => id));
  return added;
}
