import { newId, type Logger } from '@cartograph/kit';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import {
  openPrivateKey,
  publishedKeys,
  retirementOf,
  sealPrivateKey,
  signingCandidates,
  type SigningKey,
} from './domain/signing-key.js';
import type { UsersStore } from './store/store.js';

/** How long a process may not know of a key that another one made or revoked. */
const REFRESH_MS = 5_000;
/** Added to the life of a key's last token before the key is forgotten. */
const MARGIN_MS = 5 * 60_000;
/** How long retired keys stay in the table, to be seen by an operator. */
const KEEP_RETIRED_MS = 90 * 24 * 3_600_000;

export interface ActiveKey {
  readonly id: string;
  readonly privateKey: CryptoKey;
}

/** The keys that access tokens are signed with, kept in the store and shared by all processes. */
export interface KeyRing {
  /** Makes the first key where there is none that can be used. */
  ensure(): Promise<void>;
  /** The key to sign with now. */
  current(): Promise<ActiveKey>;
  /** What `/.well-known/jwks.json` says (RFC 7517). */
  jwks(): Promise<{ keys: JWK[] }>;
  list(): Promise<SigningKey[]>;
  /**
   * Makes a new key. It is published at once and signs after `publishAheadMs`; the present ones are published until
   * the last token signed with them has ended.
   */
  rotate(publishAheadMs: number): Promise<SigningKey>;
  /** Publishes a key no longer, so that its tokens are worth nothing once verifiers look again. False if there is none. */
  revoke(id: string): Promise<boolean>;
}

export interface KeyRingOptions {
  readonly store: UsersStore;
  readonly secret: string;
  readonly accessTokenLifetimeMs: number;
  readonly clock: () => Date;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { store, secret, accessTokenLifetimeMs, clock, logger } = options;
  const opened = new Map<string, Promise<CryptoKey | null>>();
  let known: { readonly keys: SigningKey[]; readonly readAt: number } | undefined;
  let reading: Promise<SigningKey[]> | undefined;

  function open({ id, sealedPrivateKey }: SigningKey): Promise<CryptoKey | null> {
    let key = opened.get(id);
    if (!key) {
      key = (async () =>
        (await importJWK(openPrivateKey(sealedPrivateKey, id, secret), 'EdDSA')) as CryptoKey)();
      key = key.catch(() => {
        logger.warn(
          { kid: id },
          'A signing key was encrypted with another secret; it is published but not used',
        );
        return null;
      });
      opened.set(id, key);
    }
    return key;
  }

  async function firstUsable(keys: readonly SigningKey[]): Promise<ActiveKey | null> {
    for (const candidate of signingCandidates(keys, clock())) {
      const privateKey = await open(candidate);
      if (privateKey) return { id: candidate.id, privateKey };
    }
    return null;
  }

  /** At most one query under way; a store that is away for a while leaves the keys that are known. */
  async function read(): Promise<SigningKey[]> {
    if (known && clock().getTime() - known.readAt < REFRESH_MS) return known.keys;
    reading ??= store
      .findSigningKeys()
      .then((keys) => {
        known = { keys, readAt: clock().getTime() };
        return keys;
      })
      .finally(() => (reading = undefined));
    const keys = known?.keys;
    return keys ? reading.catch(() => keys) : reading;
  }

  async function make(activeFrom: Date): Promise<SigningKey> {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const id = newId();
    return {
      id,
      publicJwk: { ...(await exportJWK(publicKey)), kid: id, alg: 'EdDSA', use: 'sig' },
      sealedPrivateKey: sealPrivateKey(await exportJWK(privateKey), id, secret),
      createdAt: clock(),
      activeFrom,
      retiresAt: null,
    };
  }

  async function ensure(): Promise<void> {
    await store.transaction(async (tx) => {
      await tx.lockSigningKeys();
      if (await firstUsable(await tx.findSigningKeys())) return;
      const key = await make(clock());
      await tx.insertSigningKey(key);
      logger.info({ kid: key.id }, 'Made a key to sign access tokens with');
    });
    known = undefined;
  }

  return {
    ensure,
    async current() {
      const key = await firstUsable(await read());
      if (key) return key;
      // The last one may have been retired by hand, or be sealed with another secret.
      await ensure();
      const made = await firstUsable(await read());
      if (!made) throw new Error('No signing key can be used although one was just made.');
      return made;
    },
    async jwks() {
      return { keys: publishedKeys(await read(), clock()).map(({ publicJwk }) => publicJwk) };
    },
    list: () => store.findSigningKeys(),
    async rotate(publishAheadMs) {
      const activeFrom = new Date(clock().getTime() + publishAheadMs);
      const key = await make(activeFrom);
      await store.transaction(async (tx) => {
        await tx.lockSigningKeys();
        const present = (await tx.findSigningKeys()).filter(({ retiresAt }) => retiresAt === null);
        await tx.setRetirement(
          present.map(({ id }) => id),
          retirementOf(activeFrom, accessTokenLifetimeMs, MARGIN_MS),
        );
        await tx.insertSigningKey(key);
        await tx.deleteSigningKeys(new Date(clock().getTime() - KEEP_RETIRED_MS));
      });
      known = undefined;
      return key;
    },
    async revoke(id) {
      const isThere = (await store.findSigningKeys()).some((key) => key.id === id);
      if (isThere) await store.setRetirement([id], clock());
      known = undefined;
      return isThere;
    },
  };
}
