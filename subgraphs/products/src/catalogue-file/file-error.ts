/** A file cannot be read. The message says where and what to do. */
export class CatalogueFileError extends Error {
  override readonly name = 'CatalogueFileError';

  /** @param line from 1; without one the error is about the whole file */
  constructor(file: string, line: number | undefined, message: string) {
    super(line === undefined ? `${file}: ${message}` : `${file}:${line}: ${message}`);
  }
}
