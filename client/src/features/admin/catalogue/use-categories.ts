import { useAdminCategoriesQuery } from './AdminCategories.generated.js';
import type { CategoryChoiceFragment } from './CategoryChoice.generated.js';

export interface Choice extends CategoryChoiceFragment {
  /** How far below the top it stands, from 0. */
  readonly level: number;
}

type Node = CategoryChoiceFragment & { readonly children?: readonly Node[] };

const flatten = (nodes: readonly Node[], level = 0): Choice[] =>
  nodes.flatMap((node) => [{ ...node, level }, ...flatten(node.children ?? [], level + 1)]);

/** How many levels these pages ask for and show. */
export const LEVELS = 3;

/** All categories, each below its parent, and the currency the shop sells in. */
export function useCategories() {
  const { data, error, refetch } = useAdminCategoriesQuery();
  return {
    choices: data?.categories ? flatten(data.categories as readonly Node[]) : undefined,
    currency: data?.products?.edges[0]?.node.price.currency,
    error,
    refetch,
  };
}
