import { emailKey } from '../domain/email.js';
import { ACCOUNTS_WITHOUT_KEY, SET_EMAIL_KEYS } from './queries.js';

interface Queryable {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

const BATCH = 5_000;

/**
 * Gives an e-mail key to the accounts that have none: those of older versions, whose processes still run during a rolling
 * deployment. If several accounts have the same key, the one whose address equals the key gets it, or else the oldest one;
 * the others keep none and are found by their exact address.
 */
export async function fillEmailKeys(database: Queryable): Promise<void> {
  await fillWhere(database, (email, key) => email === key);
  await fillWhere(database, () => true);
}

async function fillWhere(
  database: Queryable,
  isWanted: (email: string, key: string) => boolean,
): Promise<void> {
  let last = { createdAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const rows = (await database.query(ACCOUNTS_WITHOUT_KEY, [last.createdAt, last.id, BATCH])) as {
      id: string;
      email: string;
      createdAt: string;
    }[];
    if (rows.length === 0) return;
    const byKey = new Map<string, string>();
    for (const { id, email } of rows) {
      const key = emailKey(email);
      if (isWanted(email, key) && !byKey.has(key)) byKey.set(key, id);
    }
    await database.query(SET_EMAIL_KEYS, [[...byKey.values()], [...byKey.keys()]]);
    last = rows.at(-1)!;
  }
}
