/** A file cannot be read. The message says where and what to do. */
export class CatalogueFileError extends Error {
  override readonly name = 'CatalogueFileError';

  /**
   * @param line from 1; without one the error is about the whole file
   * @param what what is wrong, as the message without the place
   */
  constructor(
    file: string,
    readonly line: number | undefined,
    readonly what: string,
  ) {
    super(line === undefined ? `${file}: ${what}` : `${file}:${line}: ${what}`);
  }
}
