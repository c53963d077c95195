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
  readonly attributes: readonly AttributeDefinition[];
}

/** All categories of a shop, ready for questions about the tree. They are few, so they are read together. */
export interface CategoryTree {
  get(slug: string): Category | undefined;
  /** Those without a parent, in the shop's order. */
  readonly top: readonly Category[];
  childrenOf(slug: string): readonly Category[];
  /** The category's own and inherited ones; the nearest definition of a name counts. */
  attributesOf(slug: string): readonly AttributeDefinition[];
  /** The definition of an attribute, wherever in the tree; for labels. */
  definition(name: string): AttributeDefinition | undefined;
}

export function createCategoryTree(categories: readonly Category[]): CategoryTree {
  const bySlug = new Map(categories.map((category) => [category.slug, category]));
  const ordered = categories.toSorted((a, b) => a.position - b.position || (a.slug < b.slug ? -1 : 1));
  const children = new Map<string | null, Category[]>();
  for (const category of ordered)
    children.set(category.parent, [...(children.get(category.parent) ?? []), category]);
  const definitions = new Map(
    ordered.flatMap(({ attributes }) => attributes.map((attribute) => [attribute.name, attribute])),
  );
  return {
    get: (slug) => bySlug.get(slug),
    top: children.get(null) ?? [],
    childrenOf: (slug) => children.get(slug) ?? [],
    attributesOf(slug) {
      const byName = new Map<string, AttributeDefinition>();
      for (const step of bySlug.get(slug)?.path ?? []) {
        for (const attribute of bySlug.get(step)?.attributes ?? []) byName.set(attribute.name, attribute);
      }
      return [...byName.values()];
    },
    definition: (name) => definitions.get(name),
  };
}
