import type { CatalogueRow, Column } from '../domain/import/catalogue-columns.js';

/** A row with the line on which it begins, from 1, or an error. */
export type FileRow = { readonly line: number } & (
  | {
      readonly row: CatalogueRow;
      /** The first column for which the row has no cell. */
      readonly endsBefore?: Column;
    }
  | { readonly error: string }
);
