import type { Deps } from './deps.js';
import { createQuoteShipping } from './quote-shipping.js';
import { createWriteMethod } from './write-method.js';
import { createWriteZone } from './write-zone.js';

export type UseCases = ReturnType<typeof createUseCases>;

/** What shipping does. */
export const createUseCases = (deps: Deps) => ({
  ...createWriteZone(deps),
  ...createWriteMethod(deps),
  quoteShipping: createQuoteShipping(deps),
});
