export type AttributeType = 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'CHOICE';

/** A property that a category's products have. */
export interface AttributeDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: AttributeType;
  readonly unit: string | null;
  /** The values a CHOICE allows. */
  readonly options: readonly string[];
}

export interface Category {
  /** Its identity too: what products and filters name it by. */
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly parent: string | null;
  /** Slugs from the top, its own last. */
  readonly path: readonly string[];
  /** Among its siblings. */
  readonly position: number;
  /** Counts changes of what it says of itself, from 1. */
  readonly version: number;
  readonly attributes: readonly AttributeDefinition[];
}

/** Without its way from the top, which follows from the parents. */
export type StoredCategory = Omit<Category, 'path'>;

/** How deep categories may be nested. */
export const MAX_DEPTH = 5;

/** All categories of a shop, ready for questions about the tree. They are few, so they are read together. */
export interface CategoryTree {
  get(slug: string): Category | undefined;
  /** Those without a parent, in the shop's order. */
  readonly top: readonly Category[];
  /** All of them, each followed by those below it. */
  readonly inOrder: readonly Category[];
  childrenOf(slug: string): readonly Category[];
  /** The categories from the top to this one; none for one that is not there. */
  pathOf(slug: string): readonly Category[];
  /** The category itself and all below it. */
  below(slug: string): readonly Category[];
  /** Slugs of the category and those below it, save where another definition of the attribute is nearer. */
  ruledBy(slug: string, attribute: string): readonly string[];
  /** The category's own and inherited ones; the nearest definition of a name counts. */
  attributesOf(slug: string): readonly AttributeDefinition[];
  /** The definition of an attribute, wherever in the tree; for labels. */
  definition(name: string): AttributeDefinition | undefined;
}

/** @param given paths follow from the parents; a parent that is not there leaves a category at the top */
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
