import { Refusal } from '@cartograph/kit';
import type { CategorySource } from './category-source.js';
import { MAX_DEPTH, type Category, type CategoryTree } from './domain/category.js';
import {
  readCategoryChanges,
  readCategoryInput,
  readParent,
  refuseMisfits,
  type CategoryChanges,
  type CategoryInput,
} from './domain/category-input.js';
import { ConflictRefusal, createFaults, type ProductErrorCode } from './domain/faults.js';
import type { Exclusive } from './exclusive.js';
import type { CategoryStore } from './store/store.js';

/** Longer than any request that may have read the categories before they changed. */
const REFILE_AGAIN_MS = 30_000;

export interface UpdateCategory extends CategoryChanges {
  readonly slug: string;
  readonly version?: number | null | undefined;
}

export interface MoveCategory {
  readonly slug: string;
  readonly parent?: string | null | undefined;
  readonly position?: number | null | undefined;
}

export type CategoryService = ReturnType<typeof createCategoryService>;

/**
 * What staff does to the tree of categories. Products carry the names and the way of their category, so that they are
 * found by them: when these change, the products are filed anew, at once and once more a little later, for those that
 * somebody was writing meanwhile, or if this process ends in the middle.
 */
export function createCategoryService(options: {
  readonly catalogue: CategoryStore;
  readonly categories: CategorySource;
  readonly exclusive: Exclusive;
  /** Called after a change was written, before the answer: readers must not see the old tree any more. */
  readonly onChanged: () => Promise<void>;
  readonly clock?: () => Date;
}) {
  const { catalogue, categories, exclusive, onChanged, clock = () => new Date() } = options;

  /** One change of the tree at a time: two that are right alone can be wrong together, such as a circle of moves. */
  const alone = <Result>(change: (tree: CategoryTree) => Promise<Result>): Promise<Result> =>
    exclusive('categories', 'the categories', async () => change(await categories.fresh()));

  /** What a category is after it was changed. */
  async function reread(slug: string): Promise<Category> {
    await onChanged();
    return (await categories.fresh()).get(slug)!;
  }

  async function change(slug: string, changes: Parameters<CategoryStore['changeCategory']>[1]) {
    const refileAt = new Date(clock().getTime() + REFILE_AGAIN_MS);
    await catalogue.changeCategory(slug, { ...changes, refileAt });
    await catalogue.refile(slug, await categories.fresh());
    return reread(slug);
  }

  return {
    createCategory: (input: CategoryInput): Promise<Category> =>
      alone(async (tree) => {
        const faults = createFaults();
        const category = readCategoryInput(faults, input, tree);
        faults.refuse();
        if (!(await catalogue.insertCategory({ ...category, path: [] })))
          throw new Refusal<ProductErrorCode>(
            'SLUG_TAKEN',
            `Another category has the slug "${category.slug}".`,
            ['slug'],
          );
        return reread(category.slug);
      }),

    updateCategory: ({ slug, version, ...input }: UpdateCategory): Promise<Category> =>
      alone(async (tree) => {
        const category = find(tree, slug);
        if (version != null && version !== category.version) throw new ConflictRefusal('category', category);
        const faults = createFaults();
        const changes = readCategoryChanges(faults, input);
        for (const [index, definition] of (changes.attributes ?? []).entries()) {
          const places = tree.ruledBy(category.slug, definition.name);
          refuseMisfits(faults, index, definition, await catalogue.countValues(places, definition.name));
        }
        faults.refuse();
        if (Object.keys(changes).length === 0) return category;
        return change(category.slug, { ...changes, version: category.version + 1 });
      }),

    moveCategory: (input: MoveCategory): Promise<Category> =>
      alone(async (tree) => {
        const category = find(tree, input.slug);
        const faults = createFaults();
        const parent = input.parent === undefined ? category.parent : readParent(faults, input.parent, tree);
        const below = tree.below(category.slug);
        const height = Math.max(...below.map(({ path }) => path.length)) - category.path.length;
        if (parent !== null && below.some(({ slug }) => slug === parent))
          faults.add(['parent'], `"${category.name}" cannot stand in itself or below itself.`);
        else if (tree.pathOf(parent ?? '').length + 1 + height > MAX_DEPTH)
          faults.add(['parent'], `Categories may be nested ${MAX_DEPTH} deep.`);
        if (input.position != null && input.position < 0)
          faults.add(['position'], `A place counts from 0, got ${input.position}.`);
        faults.refuse();

        const siblings = (parent === null ? tree.top : tree.childrenOf(parent)).filter(
          ({ slug }) => slug !== category.slug,
        );
        const place = Math.min(input.position ?? siblings.length, siblings.length);
        for (const [position, sibling] of siblings.toSpliced(place, 0, category).entries())
          if (sibling !== category && sibling.position !== position)
            await catalogue.changeCategory(sibling.slug, { position });
        return change(category.slug, { parent, position: place });
      }),

    /** @returns its slug */
    deleteCategory: (slug: string): Promise<string> =>
      alone(async (tree) => {
        const category = find(tree, slug);
        const [child] = tree.childrenOf(category.slug);
        if (child)
          throw notEmpty(
            category,
            `"${child.name}" belongs to it. Move or delete what stands below it first.`,
          );
        const products = await catalogue.deleteCategory(category);
        await onChanged();
        if (products > 0)
          throw notEmpty(
            category,
            `${products === 1 ? 'One product stands' : `${products} products stand`} in it, archived ones included. Give them another category first.`,
          );
        await categories.fresh();
        return category.slug;
      }),

    /** Files products anew where a change of categories may have missed some. Safe to repeat. */
    async refileDue(): Promise<number> {
      const now = clock();
      const due = await catalogue.categoriesToRefile(now);
      for (const slug of due) {
        await catalogue.refile(slug, await categories.fresh());
        await catalogue.refiled(slug, now);
      }
      if (due.length > 0) await onChanged();
      return due.length;
    },
  };
}

function find(tree: CategoryTree, slug: string): Category {
  const category = tree.get(slug.trim().toLowerCase());
  if (!category)
    throw new Refusal<ProductErrorCode>('CATEGORY_NOT_FOUND', 'There is no such category.', ['slug']);
  return category;
}

const notEmpty = ({ name }: Category, why: string) =>
  new Refusal<ProductErrorCode>('CATEGORY_NOT_EMPTY', `"${name}" cannot be deleted: ${why}`, ['slug']);
