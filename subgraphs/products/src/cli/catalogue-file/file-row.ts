import type { CatalogueRow, Column } from '../../domain/import/catalogue-columns.js';

/** A row with the line on which it begins, from 1; or what is wrong with it. */
export type FileRow = { readonly line: number } & (
  | {
      readonly row: CatalogueRow;
      /** The first column that the row has no cell for. */
      readonly endsBefore?: Column;
    }
  | { readonly fault: string }
);
