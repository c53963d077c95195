import { AdminCategoriesDocument, useAdminCategoriesQuery } from './AdminCategories.generated.js';
import type { CategoryChoiceFragment } from './CategoryChoice.generated.js';

export interface Choice extends CategoryChoiceFragment {
  /** Slugs of the categories above it, from the top. */
  readonly above: readonly string[];
}

type Node = CategoryChoiceFragment & { readonly children?: readonly Node[] };

const flatten = (nodes: readonly Node[], above: readonly string[] = []): Choice[] =>
  nodes.flatMap((node) => [{ ...node, above }, ...flatten(node.children ?? [], [...above, node.slug])]);

/** How many levels these pages ask for and show. */
const LEVELS = 3;

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

/** Where a category may belong: not below itself, nor so deep that these pages would not show it. */
export const possibleParents = (choices: readonly Choice[], slug?: string): Choice[] =>
  choices.filter(
    (choice) =>
      choice.above.length < LEVELS - 1 && choice.slug !== slug && !choice.above.includes(slug ?? ''),
  );

/** The categories that belong to `parent`, or stand at the top, in the shop's order. */
export const siblingsIn = (choices: readonly Choice[], parent: string): Choice[] =>
  choices.filter(({ above }) => (above.at(-1) ?? '') === parent);

/** For mutations of categories: the lists here, and the shop's own list of departments, are as they are afterwards. */
export const AFTERWARDS = { refetchQueries: [AdminCategoriesDocument], awaitRefetchQueries: true };
