import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';

/** What subgraphs may compress their answers with, as `Accept-Encoding` says it. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

type Decompress = (
  bytes: Buffer,
  options: { readonly maxOutputLength: number },
  done: (error: Error | null, plain: Buffer) => void,
) => void;

/** "deflate" means the zlib format; some servers send the bare stream that is inside it. */
const inflateEither: Decompress = (bytes, options, done) =>
  isZlib(bytes) ? inflate(bytes, options, done) : inflateRaw(bytes, options, done);

/** https://www.rfc-editor.org/rfc/rfc1950#page-4 */
const isZlib = (bytes: Buffer): boolean =>
  bytes.length > 1 && (bytes[0]! & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;

const DECOMPRESSIONS = new Map<string, Decompress>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['br', brotliDecompress],
  ['deflate', inflateEither],
]);
/** More than one is unusual already, and each takes as long as the limit of bytes allows. */
const MAX_ENCODINGS = 3;

/** The bytes are not what their encoding promises, or too many. */
export class DecompressionError extends Error {
  override readonly name = 'DecompressionError';
  constructor(
    message: string,
    readonly isTooLarge = false,
  ) {
    super(message);
  }
}

/** The encodings of a `Content-Encoding` header in the order in which they were applied, without `identity`. */
export function encodingsOf(header: string): string[] {
  return String(header)
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
}

/**
 * Undoes content encodings, the last one first.
 * @param limit bytes that any step may give
 * @throws DecompressionError
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.4
 */
export async function decompress(
  bytes: Buffer,
  encodings: readonly string[],
  limit: number,
): Promise<Buffer> {
  if (encodings.length > MAX_ENCODINGS)
    throw new DecompressionError(`it has ${encodings.length} content encodings; ${MAX_ENCODINGS} are read`);
  let current = bytes;
  for (const encoding of encodings.toReversed()) {
    const undo = DECOMPRESSIONS.get(encoding);
    if (!undo)
      throw new DecompressionError(
        `its content encoding "${encoding.slice(0, 40)}" is not supported; ${ACCEPTED_ENCODINGS} are`,
      );
    try {
      current = await promisify(undo)(current, { maxOutputLength: limit });
    } catch (error) {
      const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      throw new DecompressionError(`it is not valid ${encoding}`, isTooLarge);
    }
  }
  return current;
}
