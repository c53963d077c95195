import { refusable } from '@cartograph/kit';
import type { Category } from '../domain/categories/category.js';
import type { Product } from '../domain/products/product.js';
import type { MutationResolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';
import { ConflictRefusal } from '../use-cases/refuse.js';

/** A refused change returns no entity, except for a conflict: then the caller sees the current one. */
async function attempt<Entity extends { readonly version: number }>(useCase: () => Promise<Entity>) {
  let entity = null as Entity | null;
  const { userErrors } = await refusable({}, async () => {
    entity = await useCase().catch((error: unknown) => {
      if (error instanceof ConflictRefusal) entity = error.current as Entity;
      throw error;
    });
    return {};
  });
  return { entity, userErrors };
}

async function productPayload(useCase: () => Promise<Product>) {
  const { entity: product, userErrors } = await attempt(useCase);
  return { product, userErrors };
}

async function categoryPayload(useCase: () => Promise<Category>) {
  const { entity: category, userErrors } = await attempt(useCase);
  return { category, userErrors };
}

export function createMutationResolvers({
  products,
  categories,
  stock,
}: Pick<UseCases, 'products' | 'categories' | 'stock'>): MutationResolvers {
  return {
    createProduct: (_, { input }) => productPayload(() => products.create(input)),
    updateProduct: (_, { input }) => productPayload(() => products.update(input)),
    archiveProduct: (_, { input }) => productPayload(() => products.archive(input.productId)),
    restoreProduct: (_, { input }) => productPayload(() => products.restore(input.productId)),
    adjustStock: (_, { input }) => productPayload(() => stock.adjust(input)),
    createCategory: (_, { input }) => categoryPayload(() => categories.create(input)),
    updateCategory: (_, { input }) => categoryPayload(() => categories.update(input)),
    moveCategory: (_, { input }) => categoryPayload(() => categories.move(input)),
    deleteCategory: (_, { input }) =>
      refusable({ deletedCategoryId: null }, async () => ({
        deletedCategoryId: await categories.delete(input.slug),
      })),
    reserveStock: (_, { input }) => stock.reserve(input),
    releaseStock: async (_, { input }) => ({ ok: await stock.release(input.orderId) }),
    commitStock: async (_, { input }) => ({ ok: await stock.commit(input.orderId) }),
  };
}
