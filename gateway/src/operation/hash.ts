import { createHash } from 'node:crypto';

/** Hexadecimal, as clients and safelists write the hash of an operation's text. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
