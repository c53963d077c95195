import type { Clock } from '@cartograph/kit/clock';
import type { Logger } from '@cartograph/kit';
import type { CurrencyCode } from '@cartograph/money';
import type { ProductsStore } from '../store/store.js';
import { createCategoryUseCases } from './categories/index.js';
import { createCategorySource, type CategorySource } from './categories/category-source.js';
import { createFileImports } from './import/import-file.js';
import { createImportUseCases } from './import/index.js';
import { createProductUseCases } from './products/index.js';
import { createRunExclusively } from './run-exclusively.js';
import { createProductLists } from './search/list-products.js';
import { plainTerms, type ReadTerms } from './search/shop-words.js';
import { createStockUseCases } from './stock/index.js';
import type { StockOutcome } from './stock/move-hold.js';

interface Deps {
  readonly store: ProductsStore;
  readonly currency: CurrencyCode;
  /** Called with the products that changed, none of them if only categories did. The answer waits for it. */
  readonly onChanged: (productIds: readonly string[]) => Promise<void>;
  /** For metrics. */
  readonly counters?: { stockOutcome(outcome: StockOutcome): void };
  readonly logger: Logger;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Default: words as typed. */
  readonly readTerms?: ReadTerms;
  /** Default: over the store. */
  readonly categories?: CategorySource;
}

export type UseCases = ReturnType<typeof createUseCases>;

/** Everything that the catalogue can do, by subject. */
export function createUseCases({ store, counters, ...deps }: Deps) {
  const categories = deps.categories ?? createCategorySource({ ...store, ...deps });
  const shared = {
    ...store,
    ...deps,
    categories,
    runExclusively: createRunExclusively({ ...store, ...deps }),
  };
  const imports = createImportUseCases(shared);
  return {
    products: createProductUseCases(shared),
    stock: createStockUseCases({ ...shared, onOutcome: counters?.stockOutcome }),
    categories: createCategoryUseCases({ ...shared, onChanged: () => deps.onChanged([]) }),
    imports,
    fileImports: createFileImports({ imports, currency: deps.currency }),
    lists: createProductLists({ ...shared, readTerms: deps.readTerms ?? plainTerms }),
  };
}
