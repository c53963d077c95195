import { createHash, createHmac, hkdfSync } from 'node:crypto';

/** A token that a client gets once; only its hash is stored. */
export interface SecretToken {
  readonly value: string;
  readonly hash: Buffer;
}

/** @param bytes 256 random bits: they cannot be guessed, so a fast hash is enough to store the token by */
export function toSecretToken(bytes: Buffer): SecretToken {
  const value = bytes.toString('base64url');
  return { value, hash: hashToken(value) };
}

/**
 * Derives the token that replaces a refresh token. Every process derives the same one, so clients that exchange a token
 * at the same time get the same successor, although only hashes are stored.
 * @param secret shared by all users processes; without it the successor cannot be guessed
 */
export function createSuccessor(value: string, secret: string): SecretToken {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'cartograph users: refresh tokens', 32));
  return toSecretToken(createHmac('sha256', key).update(value).digest());
}

export function hashToken(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
