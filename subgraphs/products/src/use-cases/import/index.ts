import type { CatalogueRow } from '../../domain/import/catalogue-columns.js';
import { resumeImport, runImport, type Deps } from './apply-import.js';
import { checkImport } from './check-import.js';
import type { ImportLine } from './rows.js';

export type ImportUseCases = ReturnType<typeof createImportUseCases>;

/** Imports of whole files. Every row is checked before anything is written. */
export function createImportUseCases(deps: Deps) {
  return {
    check: (lines: AsyncIterable<ImportLine>) => checkImport(deps, lines),
    run: (rows: readonly CatalogueRow[], onProgress?: (done: number) => void) =>
      runImport(deps, rows, onProgress),
    resume: () => resumeImport(deps),
  };
}
