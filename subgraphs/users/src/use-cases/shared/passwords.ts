import { randomBytes } from 'node:crypto';
import { hash, parseOptions, verify } from '@node-rs/argon2';

export interface PasswordCost {
  /** KiB. */
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/** What OWASP and RFC 9106 recommend for servers: 19 MiB, two passes, one lane. */
export const SERVER_COST: PasswordCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const ARGON2ID = 2;
/** More than any password that can be set. A longer guess is cut off, since hashing megabytes would cost too much. */
const MAX_GUESS_LENGTH = 1_000;

export type Passwords = ReturnType<typeof createPasswords>;

/** Hashes and checks passwords with argon2id. No setting changes the cost; tests pass a small one. */
export function createPasswords(cost: PasswordCost = SERVER_COST) {
  const options = { algorithm: ARGON2ID, ...cost };
  let decoy: Promise<string> | undefined;

  return {
    /** The PHC string of a normalised password. */
    hash: (password: string): Promise<string> => hash(password, options),

    /** Whether the hash is of this password; false for a hash that cannot be read. */
    async isHashOf(passwordHash: string, password: string): Promise<boolean> {
      return verify(passwordHash, password.slice(0, MAX_GUESS_LENGTH)).catch(() => false);
    },

    /** Whether a hash was created with another cost than the current one, so that the next login should renew it. */
    needsRehash(passwordHash: string): boolean {
      const { algorithm, memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
      return (
        algorithm !== ARGON2ID ||
        memoryCost !== cost.memoryCost ||
        timeCost !== cost.timeCost ||
        parallelism !== cost.parallelism
      );
    },

    /** A hash of a random value. Checked for unknown accounts, so that they take as long as known ones. */
    decoyHash(): Promise<string> {
      decoy ??= hash(randomBytes(32), options);
      return decoy;
    },
  };
}
