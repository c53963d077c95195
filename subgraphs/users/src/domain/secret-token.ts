import { createHash, randomBytes } from 'node:crypto';

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

export function hashToken(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
