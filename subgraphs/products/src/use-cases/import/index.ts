import type { Logger } from '@cartograph/kit';
import type { ImportFileStore } from '../../store/store.js';
import { applyImport, resumeImport, stageImport, type Deps } from './apply-import.js';
import { checkImport } from './check-import.js';
import type { ImportLine } from './rows.js';

export type ImportUseCases = ReturnType<typeof createImportUseCases>;

const DAY_MS = 86_400_000;

/** Imports of whole files. Every row is checked before anything is written. */
export function createImportUseCases(
  deps: Deps & { readonly importFiles: ImportFileStore; readonly logger: Logger },
) {
  const { imports, importFiles, clock, logger } = deps;
  return {
    check: (lines: AsyncIterable<ImportLine>) => checkImport(deps, lines),
    stage: (lines: AsyncIterable<ImportLine>, token?: string) => stageImport(deps, lines, token),
    apply: (importId: string, onProgress?: (done: number) => void) => applyImport(deps, importId, onProgress),
    /** Applies a staged import without waiting for it. If it fails, the worker continues it. */
    applyInBackground(importId: string): void {
      void applyImport(deps, importId).catch((error: unknown) =>
        logger.warn({ err: error, importId }, 'An import was interrupted and will be continued'),
      );
    },
    resume: () => resumeImport(deps),
    progress: (importId: string) => imports.progress(importId),
    files: importFiles,
    async removeOldFiles(): Promise<void> {
      const now = clock().getTime();
      await importFiles.removeOld(new Date(now - DAY_MS), new Date(now - 30 * DAY_MS));
    },
  };
}
