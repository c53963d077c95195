import { isId } from '@cartograph/kit/is-id';
import type { CurrencyCode } from '@cartograph/money';
import { CatalogueFileError } from '../../catalogue-file/file-error.js';
import { openCatalogueFile, type CatalogueFile } from '../../catalogue-file/read-catalogue-file.js';
import { createRefusals } from '../../domain/refusals.js';
import { refuse } from '../refuse.js';
import type { ImportPlan } from './check-import.js';
import type { ImportUseCases } from './index.js';

/** Larger files are imported by `npm run catalogue`. */
const MAX_PARTS = 100;
const MAX_PART_BYTES = 512 * 1024;

export interface UploadedFile {
  readonly fileId: string;
  readonly fileName: string;
  readonly encoding?: string | null | undefined;
}

/** A plan, or why the file could not be read. */
export interface Preview {
  readonly plan?: ImportPlan;
  readonly encoding?: string;
  readonly unreadable?: { readonly line: number | undefined; readonly message: string };
}

interface Deps {
  readonly imports: ImportUseCases;
  readonly currency: CurrencyCode;
}

export type FileImports = ReturnType<typeof createFileImports>;

/** Imports of files that staff upload in parts. */
export function createFileImports({ imports, currency }: Deps) {
  /** @throws CatalogueFileError */
  const open = ({ fileId, fileName, encoding }: UploadedFile): Promise<CatalogueFile> =>
    openCatalogueFile(
      { name: fileName.trim(), bytes: () => imports.files.parts(fileId) },
      { currency, encoding: encoding ?? undefined },
    );

  function checkId(fileId: string): void {
    if (!isId(fileId)) throw refuse('INVALID_INPUT', 'The file id must be a UUID.', ['fileId']);
  }

  /** Runs work on a file; an unreadable file is a result, not a fault. */
  async function reading<Result>(
    file: UploadedFile,
    work: (opened: CatalogueFile) => Promise<Result>,
  ): Promise<{ result: Result; encoding: string } | { unreadable: NonNullable<Preview['unreadable']> }> {
    checkId(file.fileId);
    try {
      const opened = await open(file);
      return { result: await work(opened), encoding: opened.encoding };
    } catch (error) {
      if (!(error instanceof CatalogueFileError)) throw error;
      return { unreadable: { line: error.line, message: error.what } };
    }
  }

  return {
    /** @throws Refusal */
    async upload({
      fileId,
      position,
      content,
    }: {
      fileId: string;
      position: number;
      content: string;
    }): Promise<void> {
      checkId(fileId);
      const refusals = createRefusals();
      if (position < 0 || position >= MAX_PARTS)
        refusals.add(
          ['position'],
          `A file may have at most ${MAX_PARTS} parts of 512 KiB, got the position ${position}. Import a larger file with ` +
            '"npm run catalogue -- import FILE".',
        );
      const bytes = Buffer.from(content, 'base64');
      if (bytes.length > MAX_PART_BYTES || !/^[A-Za-z0-9+/]*={0,2}$/.test(content))
        refusals.add(['content'], `A part must be at most ${MAX_PART_BYTES} bytes in base64.`);
      refusals.throwIfAny();
      await imports.files.put(fileId, position, bytes);
    },

    async preview(file: UploadedFile): Promise<Preview> {
      const read = await reading(file, (opened) => imports.check(opened.rows()));
      return 'unreadable' in read ? read : { plan: read.result, encoding: read.encoding };
    },

    /** @returns the import's id, or a new preview if it would not do what the token stands for */
    async start(
      file: UploadedFile & { readonly token: string },
    ): Promise<{ importId: string } | { preview: Preview }> {
      const read = await reading(file, (opened) => imports.stage(opened.rows(), file.token));
      if ('unreadable' in read) return { preview: read };
      const { importId, plan, isStaged } = read.result;
      if (!isStaged) return { preview: { plan, encoding: read.encoding } };
      imports.applyInBackground(importId);
      await imports.files.remove(file.fileId);
      return { importId };
    },

    progress: (importId: string) => imports.progress(importId),
  };
}
