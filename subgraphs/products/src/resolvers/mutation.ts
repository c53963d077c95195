import { refusable } from '@cartograph/service-kit';
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

export function createMutationResolvers({ service, stockService }: ResolverOptions): MutationResolvers {
  return {
    createProduct: (_, { input }) => productPayload(() => service.createProduct(input)),
    updateProduct: (_, { input }) => productPayload(() => service.updateProduct(input)),
    archiveProduct: (_, { input }) => productPayload(() => service.archiveProduct(input.productId)),
    restoreProduct: (_, { input }) => productPayload(() => service.restoreProduct(input.productId)),
    adjustStock: (_, { input }) => productPayload(() => service.adjustStock(input)),
    createCategory: (_, { input }) =>
      refusable({ category: null }, async () => ({ category: await service.createCategory(input) })),
    reserveStock: (_, { input }) => stockService.reserve(input),
    releaseStock: async (_, { input }) => ({ ok: await stockService.release(input.orderId) }),
    commitStock: async (_, { input }) => ({ ok: await stockService.commit(input.orderId) }),
  };
}
