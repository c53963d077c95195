import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';

/** A key pair for access tokens. */
export interface SigningKey {
  /** The `kid` of tokens and of the published key. */
  readonly id: string;
  readonly publicJwk: JWK;
  /** The private JWK, encrypted by {@link sealPrivateKey}. */
  readonly sealedPrivateKey: Buffer;
  readonly createdAt: Date;
  /** From then on new tokens are signed with it. It is published earlier, so that verifiers know it in time. */
  readonly activeFrom: Date;
  /** From then on it is not published, and its tokens are worth nothing; null while it is in use. */
  readonly retiresAt: Date | null;
}

/** The keys that tokens now in use may be signed with, and the next one. */
export function publishedKeys<Key extends SigningKey>(keys: readonly Key[], now: Date): Key[] {
  return keys.filter(({ retiresAt }) => retiresAt === null || retiresAt > now);
}

/**
 * Candidates to sign with, best first: the last made that is active. Not the last to become active: a key made to
 * be used at once must not give way to one that was waiting.
 */
export function signingCandidates<Key extends SigningKey>(keys: readonly Key[], now: Date): Key[] {
  return publishedKeys(keys, now)
    .filter(({ activeFrom }) => activeFrom <= now)
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
}

/**
 * When a key may be forgotten that another one follows: once the last token signed with it has ended. `marginMs`
 * is for clocks that differ and for processes that learn of the new key a little later.
 */
export function retirementOf(followedFrom: Date, tokenLifetimeMs: number, marginMs: number): Date {
  return new Date(followedFrom.getTime() + tokenLifetimeMs + marginMs);
}

const keyFrom = (secret: string) =>
  Buffer.from(hkdfSync('sha256', secret, '', 'cartograph users: signing keys at rest', 32));

/** Encrypts a private JWK for the database: AES-256-GCM, bound to its `kid`; nonce, tag and text in one. */
export function sealPrivateKey(privateJwk: JWK, id: string, secret: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyFrom(secret), nonce).setAAD(Buffer.from(id));
  const text = Buffer.concat([cipher.update(JSON.stringify(privateJwk), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** @throws Error if it was sealed with another secret, or for another `kid`, or has been changed */
export function openPrivateKey(sealed: Buffer, id: string, secret: string): JWK {
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(secret), sealed.subarray(0, 12))
    .setAAD(Buffer.from(id))
    .setAuthTag(sealed.subarray(12, 28));
  return JSON.parse(
    Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8'),
  ) as JWK;
}
