import { refusable } from '@cartograph/service-kit';
import type { Category } from '../domain/category.js';
import type { Product } from '../domain/product.js';
import type { MutationResolvers } from '../generated/graphql.js';
import type { ResolverOptions } from '../resolvers.js';
import { ConflictRefusal } from '../service.js';

/** A refused change shows no product, save where the caller needs to see who was faster. */
async function productPayload(useCase: () => Promise<Product>) {
  let current: Product | null = null;
  const payload = await refusable({}, async () => ({
    product: await useCase().catch((error: unknown) => {
      if (error instanceof ConflictRefusal) current = error.current;
      throw error;
    }),
  }));
  return { product: current, ...payload };
}

const categoryPayload = (useCase: () => Promise<Category>) =>
  refusable({ category: null }, async () => ({ category: await useCase() }));

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
