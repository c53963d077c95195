export type AttributeType = 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'CHOICE';

/** An attribute that a category's products have. */
export interface AttributeDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: AttributeType;
  readonly unit: string | null;
  /** The values that a CHOICE allows. */
  readonly options: readonly string[];
}

export interface Category {
  /** Also its identity: products and filters refer to it by the slug. */
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly parent: string | null;
  /** Slugs from the top level down to its own. */
  readonly path: readonly string[];
  /** Among its siblings. */
  readonly position: number;
  /** Counted from 1. Every change of its own fields increases it. */
  readonly version: number;
  readonly attributes: readonly AttributeDefinition[];
}

/** Without its path, which follows from the parents. */
export type StoredCategory = Omit<Category, 'path'>;

/** How deep categories may be nested. */
export const MAX_DEPTH = 5;

/** All categories of a shop as a tree. They are few, so they are read together. */
export interface CategoryTree {
  get(slug: string): Category | undefined;
  /** Those without a parent, in the shop's order. */
  readonly top: readonly Category[];
  /** All of them, each followed by its descendants. */
  readonly inOrder: readonly Category[];
  childrenOf(slug: string): readonly Category[];
  /** The categories from the top level down to this one. Empty if it does not exist. */
  pathOf(slug: string): readonly Category[];
  /** The category itself and all below it. */
  below(slug: string): readonly Category[];
  /** Slugs of the category and its descendants, except where a nearer category defines the same attribute. */
  ruledBy(slug: string, attribute: string): readonly string[];
  /** The category's own and inherited definitions. The nearest definition of a name counts. */
  attributesOf(slug: string): readonly AttributeDefinition[];
  /** The definition of an attribute anywhere in the tree, for labels. */
  definition(name: string): AttributeDefinition | undefined;
}

/** @param given a category whose parent does not exist becomes a top-level category */
export function createCategoryTree(given: readonly StoredCategory[]): CategoryTree {
  const parents = new Map(given.map(({ slug, parent }) => [slug, parent]));
  const climb = (slug: string, below: readonly string[] = []): readonly string[] => {
    const parent = parents.get(slug) ?? null;
    const path = [slug, ...below];
    return parent === null || !parents.has(parent) || path.includes(parent) ? path : climb(parent, path);
  };
  const categories = given.map((category): Category => {
    const path = climb(category.slug);
    return { ...category, path, parent: path.at(-2) ?? null };
  });
  const bySlug = new Map(categories.map((category) => [category.slug, category]));
  const pathOf = (slug: string) => (bySlug.get(slug)?.path ?? []).flatMap((step) => bySlug.get(step) ?? []);
  const ordered = categories.toSorted((a, b) => a.position - b.position || (a.slug < b.slug ? -1 : 1));
  const children = new Map<string | null, Category[]>();
  for (const category of ordered)
    children.set(category.parent, [...(children.get(category.parent) ?? []), category]);
  const withBelow = (parent: string | null): readonly Category[] =>
    (children.get(parent) ?? []).flatMap((category) => [category, ...withBelow(category.slug)]);
  const definitions = new Map(
    ordered.flatMap(({ attributes }) => attributes.map((attribute) => [attribute.name, attribute])),
  );
  return {
    get: (slug) => bySlug.get(slug),
    top: children.get(null) ?? [],
    inOrder: withBelow(null),
    childrenOf: (slug) => children.get(slug) ?? [],
    pathOf,
    below: (slug) => ordered.filter(({ path }) => path.includes(slug)),
    ruledBy: (slug, attribute) =>
      ordered
        .filter(({ path }) => path.includes(slug))
        .filter(({ path }) =>
          path
            .slice(path.indexOf(slug) + 1)
            .every((step) => !bySlug.get(step)?.attributes.some(({ name }) => name === attribute)),
        )
        .map((category) => category.slug),
    attributesOf(slug) {
      const byName = new Map<string, AttributeDefinition>();
      for (const { attributes } of pathOf(slug))
        for (const attribute of attributes) byName.set(attribute.name, attribute);
      return [...byName.values()];
    },
    definition: (name) => definitions.get(name),
  };
}
