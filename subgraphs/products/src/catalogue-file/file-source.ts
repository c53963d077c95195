import { createReadStream } from 'node:fs';

/** A file that can be read from its beginning more than once. */
export interface FileSource {
  /** For messages; its ending tells the format. */
  readonly name: string;
  bytes(): AsyncIterable<Uint8Array>;
}

export const fileSource = (path: string): FileSource => ({
  name: path,
  bytes: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
});
