import { hash, parseOptions, verify } from '@node-rs/argon2';

/** OWASP's and RFC 9106's family for servers: argon2id, 19 MiB, two passes, one lane. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** More than any password that could have been set: nobody hashes megabytes for a guess. */
const LONGEST = 1_000;

/** The PHC string of a normalised password. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

/** Whether the hash is of this password; false as well for a hash that cannot be read. */
export async function isPasswordOf(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, password.slice(0, LONGEST)).catch(() => false);
}

/** Whether a hash was made at another cost than today's, so that the next login should renew it. */
export function needsRehash(passwordHash: string): boolean {
  const { algorithm, memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
  return (
    algorithm !== COST.algorithm ||
    memoryCost !== COST.memoryCost ||
    timeCost !== COST.timeCost ||
    parallelism !== COST.parallelism
  );
}

let decoy: Promise<string> | undefined;

/** A hash of nothing anybody knows: checked where there is no account, so that it takes as long as where there is. */
export function decoyHash(): Promise<string> {
  decoy ??= hash(crypto.getRandomValues(new Uint8Array(32)), COST);
  return decoy;
}
