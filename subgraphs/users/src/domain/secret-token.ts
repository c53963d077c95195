import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** A token handed out once and stored only as its hash. */
export interface SecretToken {
  readonly value: string;
  readonly hash: Buffer;
}

/** 256 random bits: nothing to guess, so a fast hash is enough to store it by. */
export function createSecretToken(): SecretToken {
  const value = randomBytes(32).toString('base64url');
  return { value, hash: hashToken(value) };
}

/**
 * Makes the token that a token is exchanged for. All processes make the same one of it, so that a token that is
 * exchanged by several clients at once has one successor, although only hashes are stored.
 * @param secret what all users processes know; the successor cannot be guessed without it
 */
export function createSuccessor(value: string, secret: string): SecretToken {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'cartograph users: refresh tokens', 32));
  const next = createHmac('sha256', key).update(value).digest('base64url');
  return { value: next, hash: hashToken(next) };
}

export function hashToken(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
