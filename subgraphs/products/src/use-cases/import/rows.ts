import type { CatalogueRow, Column } from '../../domain/import/catalogue-columns.js';
import type { CellFault } from '../../domain/import/row-numbers.js';
import { skuKey, type Product } from '../../domain/products/product.js';
import type { CatalogueStore } from '../../store/store.js';

/** A row of a file, or what is wrong with it. */
export type ImportLine = { readonly line: number } & (
  | {
      readonly row: CatalogueRow;
      /** The first column for which the row has no cell. */
      readonly endsBefore?: Column;
      /** Cells that could not be read. */
      readonly faults?: readonly CellFault[];
    }
  | { readonly error: string }
);

export interface RowError {
  /** In the file, from 1. */
  readonly line: number;
  readonly message: string;
}

/** What identifies the product of a row. */
export const keyOf = ({ sku = '' }: { readonly sku?: string }): string => skuKey(sku.trim());

/** The products that exist already, by {@link keyOf}. */
export const findPresent = async (
  catalogue: Pick<CatalogueStore, 'findBySkus'>,
  rows: readonly CatalogueRow[],
): Promise<Map<string, Product>> =>
  new Map((await catalogue.findBySkus(rows.map(keyOf))).map((product) => [keyOf(product), product]));
