import { randomBytes } from 'node:crypto';
import type { Clock, Logger } from '@cartograph/kit';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import {
  NONCE_LENGTH,
  openPrivateKey,
  publishedKeys,
  retirementOf,
  sealPrivateKey,
  signingCandidates,
  type SigningKey,
} from '../../domain/signing-key.js';
import type { UsersStore } from '../../store/store.js';

/** How long a process may not know that another one created or revoked a key. */
const REFRESH_MS = 5_000;
/** How long a replaced key stays published after its last token has expired. */
const MARGIN_MS = 5 * 60_000;
/** How long retired keys stay in the table, where an operator can see them. */
const KEEP_RETIRED_MS = 90 * 24 * 3_600_000;

export interface ActiveKey {
  readonly id: string;
  readonly privateKey: CryptoKey;
}

/** The keys that sign access tokens, kept in the store and shared by all processes. */
export interface KeyRing {
  /** Creates a key if no key can be used. */
  ensure(): Promise<void>;
  /** The key that signs now. */
  current(): Promise<ActiveKey>;
  /** The content of `/.well-known/jwks.json` (RFC 7517). */
  jwks(): Promise<{ keys: JWK[] }>;
  list(): Promise<SigningKey[]>;
  /**
   * Creates a key. It is published immediately and signs after `publishAheadMs`; the existing keys stay published until
   * their last tokens have expired.
   */
  rotate(publishAheadMs: number): Promise<SigningKey>;
  /** Stops publishing a key, so that its tokens are refused when verifiers next fetch the keys. False if there is no such key. */
  revoke(id: string): Promise<boolean>;
}

interface Deps {
  readonly store: UsersStore;
  /** Encrypts the private keys. */
  readonly tokenSecret: string;
  readonly accessTokenLifetimeMs: number;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

export function createKeyRing(deps: Deps): KeyRing {
  const { store, tokenSecret, accessTokenLifetimeMs, clock, newId, logger } = deps;
  const opened = new Map<string, Promise<CryptoKey | null>>();
  let known: { readonly keys: SigningKey[]; readonly readAt: number } | undefined;
  let reading: Promise<SigningKey[]> | undefined;

  function open({ id, sealedPrivateKey }: SigningKey): Promise<CryptoKey | null> {
    let key = opened.get(id);
    if (!key) {
      key = (async () =>
        (await importJWK(openPrivateKey(sealedPrivateKey, id, tokenSecret), 'EdDSA')) as CryptoKey)();
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

  /** Runs at most one query at a time; while the store is unavailable, it gives the keys that it read last. */
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

  async function create(activeFrom: Date): Promise<SigningKey> {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const id = newId();
    return {
      id,
      publicJwk: { ...(await exportJWK(publicKey)), kid: id, alg: 'EdDSA', use: 'sig' },
      sealedPrivateKey: sealPrivateKey(
        await exportJWK(privateKey),
        id,
        tokenSecret,
        randomBytes(NONCE_LENGTH),
      ),
      createdAt: clock(),
      activeFrom,
      retiresAt: null,
    };
  }

  async function ensure(): Promise<void> {
    await store.transaction(async (tx) => {
      await tx.lockSigningKeys();
      if (await firstUsable(await tx.findSigningKeys())) return;
      const key = await create(clock());
      await tx.insertSigningKey(key);
      logger.info({ kid: key.id }, 'Created a key to sign access tokens');
    });
    known = undefined;
  }

  return {
    ensure,
    async current() {
      const key = await firstUsable(await read());
      if (key) return key;
      // The last key may have been revoked, or is encrypted with another secret.
      await ensure();
      const created = await firstUsable(await read());
      if (!created) throw new Error('No signing key can be used, although one was just created.');
      return created;
    },
    async jwks() {
      return { keys: publishedKeys(await read(), clock()).map(({ publicJwk }) => publicJwk) };
    },
    list: () => store.findSigningKeys(),
    async rotate(publishAheadMs) {
      const activeFrom = new Date(clock().getTime() + publishAheadMs);
      const key = await create(activeFrom);
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
      const isKnown = (await store.findSigningKeys()).some((key) => key.id === id);
      if (isKnown) await store.setRetirement([id], clock());
      known = undefined;
      return isKnown;
    },
  };
}
