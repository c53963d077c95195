import type { Category, CategoryTree } from '../domain/categories/category.js';
import type { Collections } from './collections.js';
import { isDuplicateKey } from './duplicates.js';
import { filedFields, PRODUCT_PROJECTION, toProduct, type ProductRow } from './product-document.js';
import type { CategoryStore } from './store.js';

/** Categories, and how products are filed under them, in MongoDB. */
export function createCategoryStore(
  { products, categories }: Pick<Collections, 'products' | 'categories'>,
  refreshGroup: (group: string) => Promise<void>,
): CategoryStore {
  async function keepCategory({ slug, path: _path, ...rest }: Category): Promise<void> {
    await categories.updateOne({ _id: slug }, { $setOnInsert: rest }, { upsert: true });
  }

  return {
    keepCategory,

    async insertCategory({ slug, path: _path, ...category }) {
      const position = category.position ?? (await categories.countDocuments({ parent: category.parent }));
      return categories.insertOne({ _id: slug, ...category, position, version: 1 }).then(
        () => true,
        (error: unknown) => {
          if (isDuplicateKey(error)) return false;
          throw error;
        },
      );
    },

    async changeCategory(slug, changes) {
      await categories.updateOne({ _id: slug }, { $set: changes });
    },

    async countValues(slugs, attribute) {
      const counts = new Map<string, number>();
      for await (const row of products.find<Pick<ProductRow, 'attributes'>>(
        { category: { $in: [...slugs] }, 'attributes.name': attribute },
        { projection: { attributes: 1 } },
      )) {
        for (const { name, value } of row.attributes)
          if (name === attribute) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      return counts;
    },

    async deleteCategory(category) {
      const inIt = () => products.countDocuments({ category: category.slug });
      const before = await inIt();
      if (before > 0) return before;
      await categories.deleteOne({ _id: category.slug });
      // A product may have been added to it in the meantime. Then the category stays: the writer checks for it afterwards.
      const after = await inIt();
      if (after > 0) await keepCategory(category);
      return after;
    },

    async categoriesToRefile(now) {
      const due = await categories
        .find({ refileAt: { $lte: now } })
        .project<{ _id: string }>({ _id: 1 })
        .toArray();
      return due.map(({ _id }) => _id);
    },

    async refile(slug: string, tree: CategoryTree) {
      const below = tree.below(slug).map((category) => category.slug);
      const groups = new Set<string>();
      for await (const row of products.find<ProductRow>(
        { category: { $in: below } },
        { projection: PRODUCT_PROJECTION },
      )) {
        const { categoryPath, ...found } = filedFields(toProduct(row), tree.pathOf(row.category));
        // The words that find a variant depend on its siblings, too.
        if (row.variant) groups.add(row.variant.group);
        await products.updateOne(
          { _id: row._id, version: row.version },
          { $set: row.variant ? { categoryPath } : { categoryPath, ...found } },
        );
      }
      for (const group of groups) await refreshGroup(group);
    },

    async refiled(slug, now) {
      await categories.updateOne({ _id: slug, refileAt: { $lte: now } }, { $unset: { refileAt: 1 } });
    },
  };
}
