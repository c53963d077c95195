import type { Doc } from '../bson/types.js';

/** A document in its place. Replaced as a whole, never changed, so that readers may keep a reference to it. */
export interface Stored {
  doc: Doc;
  raw: Buffer;
}
