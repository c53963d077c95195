/**
 * The statements that TypeORM cannot express: advisory locks, and the update of many rows with a value for each. The latter
 * also runs in a migration, which must not depend on the mapped tables of later versions.
 */

/** $1: the number of the lock, which is held until the transaction ends. */
export const LOCK = 'SELECT pg_advisory_xact_lock($1)';

/** Arbitrary numbers; each lock has its own. */
export const LOCKS = { admins: 7_201_002, signingKeys: 7_201_003 } as const;

/** $1, $2: creation time and id of the last account of the page before; $3: how many accounts. */
export const ACCOUNTS_WITHOUT_KEY = `
  SELECT id, email, created_at::text AS "createdAt" FROM users
  WHERE email_key IS NULL AND (created_at, id) > ($1::timestamptz, $2::uuid)
  ORDER BY created_at, id LIMIT $3`;

/** $1: ids of accounts; $2: the key of each. A key that another account has is left out. */
export const SET_EMAIL_KEYS = `
  UPDATE users SET email_key = given.key FROM unnest($1::uuid[], $2::text[]) AS given (id, key)
  WHERE users.id = given.id AND NOT EXISTS (SELECT FROM users other WHERE other.email_key = given.key)`;
