import { hash, parseOptions, verify } from '@node-rs/argon2';

export interface PasswordCost {
  /** KiB. */
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/** OWASP's and RFC 9106's family for servers: 19 MiB, two passes, one lane. */
export const SERVER_COST: PasswordCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const ARGON2ID = 2;
/** More than any password that could have been set: nobody hashes megabytes for a guess. */
const LONGEST = 1_000;

export type Passwords = ReturnType<typeof createPasswords>;

/** Hashes and checks passwords by argon2id. No setting changes the cost; tests pass a small one. */
export function createPasswords(cost: PasswordCost = SERVER_COST) {
  const options = { algorithm: ARGON2ID, ...cost };
  let decoy: Promise<string> | undefined;

  return {
    /** The PHC string of a normalised password. */
    hash: (password: string): Promise<string> => hash(password, options),

    /** Whether the hash is of this password; false as well for a hash that cannot be read. */
    async isHashOf(passwordHash: string, password: string): Promise<boolean> {
      return verify(passwordHash, password.slice(0, LONGEST)).catch(() => false);
    },

    /** Whether a hash was made at another cost than today's, so that the next login should renew it. */
    needsRehash(passwordHash: string): boolean {
      const { algorithm, memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
      return (
        algorithm !== ARGON2ID ||
        memoryCost !== cost.memoryCost ||
        timeCost !== cost.timeCost ||
        parallelism !== cost.parallelism
      );
    },

    /** A hash of nothing anybody knows: checked where there is no account, so that it takes as long as where there is. */
    decoyHash(): Promise<string> {
      decoy ??= hash(crypto.getRandomValues(new Uint8Array(32)), options);
      return decoy;
    },
  };
}
