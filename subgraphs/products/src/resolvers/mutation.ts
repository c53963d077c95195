import { refusable } from '@cartograph/kit';
import type { Category } from '../domain/category.js';
import { ConflictRefusal } from '../domain/faults.js';
import type { Product } from '../domain/product.js';
import type { MutationResolvers } from '../generated/graphql.js';
import type { ResolverOptions } from '../resolvers.js';

/** A refused change shows nothing, save where the caller needs to see who was faster. */
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
  service,
  categoryService,
  stockService,
}: ResolverOptions): MutationResolvers {
  return {
    createProduct: (_, { input }) => productPayload(() => service.createProduct(input)),
    updateProduct: (_, { input }) => productPayload(() => service.updateProduct(input)),
    archiveProduct: (_, { input }) => productPayload(() => service.archiveProduct(input.productId)),
    restoreProduct: (_, { input }) => productPayload(() => service.restoreProduct(input.productId)),
    adjustStock: (_, { input }) => productPayload(() => service.adjustStock(input)),
    createCategory: (_, { input }) => categoryPayload(() => categoryService.createCategory(input)),
    updateCategory: (_, { input }) => categoryPayload(() => categoryService.updateCategory(input)),
    moveCategory: (_, { input }) => categoryPayload(() => categoryService.moveCategory(input)),
    deleteCategory: (_, { input }) =>
      refusable({ deletedCategoryId: null }, async () => ({
        deletedCategoryId: await categoryService.deleteCategory(input.slug),
      })),
    reserveStock: (_, { input }) => stockService.reserve(input),
    releaseStock: async (_, { input }) => ({ ok: await stockService.release(input.orderId) }),
    commitStock: async (_, { input }) => ({ ok: await stockService.commit(input.orderId) }),
  };
}
