import { Refusal } from '@cartograph/kit';
import type { ErrorCode } from '../generated/graphql.js';

export interface __Entity__ {
  /** UUID version 7: newer ones sort later. */
  readonly id: string;
  readonly authorId: string;
  readonly text: string;
  readonly createdAt: Date;
}

const MAX_LENGTH = 2_000;

/**
 * The text as it is kept: without space around it.
 * @throws Refusal INVALID_INPUT
 */
export function read__Entity__Text(text: string): string {
  const trimmed = text.trim();
  // Control characters but for line breaks and tabs; Postgres cannot keep a NUL, nor half a surrogate pair.
  const isClean = !/[^\P{Cc}\n\r\t]|\p{Surrogate}/u.test(trimmed);
  if (isClean && trimmed.length >= 1 && trimmed.length <= MAX_LENGTH) return trimmed;
  throw new Refusal<ErrorCode>(
    'INVALID_INPUT',
    isClean
      ? `Write from 1 to ${MAX_LENGTH} characters; got ${trimmed.length}.`
      : 'The text holds control characters; leave them out.',
    ['text'],
  );
}
