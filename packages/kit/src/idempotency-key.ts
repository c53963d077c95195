import { Refusal } from './refusal.js';

const MAX_LENGTH = 255;
const PRINTABLE_ASCII = /^[\x20-\x7E]+$/;

/**
 * What is wrong with a key that a client made up, so that what it sends twice is done once.
 * @returns a sentence for people; undefined if the key may be used
 */
export function idempotencyKeyFault(key: string): string | undefined {
  if (key.length === 0 || key.length > MAX_LENGTH)
    return `The idempotency key must have 1 to ${MAX_LENGTH} characters, got ${key.length}.`;
  if (!PRINTABLE_ASCII.test(key))
    return 'The idempotency key may only have printable ASCII characters, such as a UUID.';
  return undefined;
}

/** What every mutation answers to a key that was sent before with another input. */
export const idempotencyKeyReused = (): Refusal<'IDEMPOTENCY_KEY_REUSED'> =>
  new Refusal(
    'IDEMPOTENCY_KEY_REUSED',
    'This idempotency key was used before with another input. Use a new key for another request.',
    ['idempotencyKey'],
  );
