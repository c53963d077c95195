import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { JWK } from 'jose';

/** A key pair that signs access tokens. */
export interface SigningKey {
  /** The `kid` of tokens and of the published key. */
  readonly id: string;
  readonly publicJwk: JWK;
  /** The private JWK, encrypted by {@link sealPrivateKey}. */
  readonly sealedPrivateKey: Buffer;
  readonly createdAt: Date;
  /** From then on it signs new tokens. It is published earlier, so that verifiers know it in time. */
  readonly activeFrom: Date;
  /** From then on it is not published, and its tokens are refused; null while it is in use. */
  readonly retiresAt: Date | null;
}

/** The keys that may have signed the tokens now in use, and the next one. */
export function publishedKeys<Key extends SigningKey>(keys: readonly Key[], now: Date): Key[] {
  return keys.filter(({ retiresAt }) => retiresAt === null || retiresAt > now);
}

/**
 * The keys that can sign now, best first: the active key that was created last. Not the one that became active last, since
 * a key created for immediate use must not be replaced by one that was already waiting.
 */
export function signingCandidates<Key extends SigningKey>(keys: readonly Key[], now: Date): Key[] {
  return publishedKeys(keys, now)
    .filter(({ activeFrom }) => activeFrom <= now)
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
}

/**
 * When a replaced key can be retired: after the last token that it signed has expired.
 * @param marginMs allows for clocks that differ and for processes that learn of the new key late
 */
export function retirementOf(replacedFrom: Date, tokenLifetimeMs: number, marginMs: number): Date {
  return new Date(replacedFrom.getTime() + tokenLifetimeMs + marginMs);
}

const keyFrom = (secret: string) =>
  Buffer.from(hkdfSync('sha256', secret, '', 'cartograph users: signing keys at rest', 32));

/** In bytes, for AES-GCM. */
export const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * Encrypts a private JWK for the database with AES-256-GCM, bound to its `kid`.
 * @param nonce random, never used before with this secret
 * @returns nonce, tag and ciphertext
 */
export function sealPrivateKey(privateJwk: JWK, id: string, secret: string, nonce: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', keyFrom(secret), nonce).setAAD(Buffer.from(id));
  const text = Buffer.concat([cipher.update(JSON.stringify(privateJwk), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** @throws Error if it was sealed with another secret or for another `kid`, or was changed */
export function openPrivateKey(sealed: Buffer, id: string, secret: string): JWK {
  const textStart = NONCE_LENGTH + TAG_LENGTH;
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(secret), sealed.subarray(0, NONCE_LENGTH))
    .setAAD(Buffer.from(id))
    .setAuthTag(sealed.subarray(NONCE_LENGTH, textStart));
  return JSON.parse(
    Buffer.concat([decipher.update(sealed.subarray(textStart)), decipher.final()]).toString('utf8'),
  ) as JWK;
}
