import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Secrets {
  readonly INTERNAL_AUTH_SECRET: string;
}

/** The secrets of a data folder: made on first use, readable by its owner alone. */
export function readOrMakeSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  try {
    const { INTERNAL_AUTH_SECRET } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
    if (typeof INTERNAL_AUTH_SECRET === 'string') return { INTERNAL_AUTH_SECRET };
    throw new TypeError('It has no text INTERNAL_AUTH_SECRET.');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new Error(
        `${file} cannot be used: it should be JSON with INTERNAL_AUTH_SECRET. Delete it to have new secrets made.`,
        { cause: error },
      );
    }
  }
  const secrets: Secrets = { INTERNAL_AUTH_SECRET: randomBytes(32).toString('base64url') };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
