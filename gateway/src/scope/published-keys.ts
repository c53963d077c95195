import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';

/** With the 5 s that a users process may not know of a revocation, a revoked key counts for well under a minute. */
const REFRESH_MS = 20_000;
/** A token of an unknown key makes us look again, but no more often than this. */
const COOLDOWN_MS = 5_000;
const TIMEOUT_MS = 5_000;

/**
 * The keys that the users service publishes (RFC 7517). jose alone would keep them for as long as it finds the key of
 * each token, so they are read again regularly; while the service is unavailable, the known ones stay.
 */
export class PublishedKeys {
  readonly #remote: ReturnType<typeof createRemoteJWKSet>;
  readonly #timer: NodeJS.Timeout;
  #kids = new Set<string>();
  #loads = 0;
  #seenLoads = 0;

  /** @param onRevoked called when a key is not published any more */
  constructor(
    url: string,
    refreshMs: number = REFRESH_MS,
    private readonly onRevoked: () => void,
  ) {
    this.#remote = createRemoteJWKSet(new URL(url), {
      cooldownDuration: Math.min(COOLDOWN_MS, refreshMs),
      cacheMaxAge: Infinity,
      timeoutDuration: TIMEOUT_MS,
      [customFetch]: async (address, init) => {
        const response = await fetch(address, init);
        this.#loads++;
        return response;
      },
    });
    this.#timer = setInterval(() => {
      if (this.#loads > 0)
        this.#remote.reload().then(
          () => this.#note(),
          () => undefined,
        );
    }, refreshMs);
    this.#timer.unref();
  }

  /** Finds the key of a token, looking again for one that is unknown. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    try {
      return await this.#remote(header, token);
    } finally {
      this.#note();
    }
  };

  /** Whether a key is published still, as far as is known. */
  has(kid: string): boolean {
    return this.#kids.has(kid);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #note(): void {
    if (this.#seenLoads === this.#loads) return;
    const published = this.#remote.jwks();
    if (!published) return;
    this.#seenLoads = this.#loads;
    const before = this.#kids;
    this.#kids = new Set(published.keys.map(({ kid }) => kid!));
    if ([...before].some((kid) => !this.#kids.has(kid))) this.onRevoked();
  }
}
