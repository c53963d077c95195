import { emailKey } from '../domain/email.js';

interface Queryable {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

const BATCH = 5_000;

/**
 * Gives a key to the accounts that have none: those of versions before, and of their processes that still run while a
 * deployment is under way. Where several have the same key, the one that is written like it gets it, else the oldest;
 * the others keep none and are found by their exact address.
 */
export async function fillEmailKeys(database: Queryable): Promise<void> {
  await fillFrom(database, (email, key) => email === key);
  await fillFrom(database, () => true);
}

async function fillFrom(
  database: Queryable,
  isWanted: (email: string, key: string) => boolean,
): Promise<void> {
  let last = { createdAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const rows = (await database.query(
      `SELECT id, email, created_at::text AS "createdAt" FROM users
       WHERE email_key IS NULL AND (created_at, id) > ($1::timestamptz, $2::uuid)
       ORDER BY created_at, id LIMIT ${BATCH}`,
      [last.createdAt, last.id],
    )) as { id: string; email: string; createdAt: string }[];
    if (rows.length === 0) return;
    const byKey = new Map<string, string>();
    for (const { id, email } of rows) {
      const key = emailKey(email);
      if (isWanted(email, key) && !byKey.has(key)) byKey.set(key, id);
    }
    await database.query(
      `UPDATE users SET email_key = given.key FROM unnest($1::uuid[], $2::text[]) AS given (id, key)
       WHERE users.id = given.id AND NOT EXISTS (SELECT FROM users other WHERE other.email_key = given.key)`,
      [[...byKey.values()], [...byKey.keys()]],
    );
    last = rows.at(-1)!;
  }
}
