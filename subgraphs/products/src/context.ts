import type { BaseGraphQLContext } from '@cartograph/kit';
import type { Loaders } from './resolvers/loaders.js';

export interface ProductsContext extends BaseGraphQLContext {
  readonly loaders: Loaders;
}

/** What the resolvers of one request get. */
export const createContext =
  ({ createLoaders }: { readonly createLoaders: () => Loaders }) =>
  (base: BaseGraphQLContext): ProductsContext => ({ ...base, loaders: createLoaders() });
