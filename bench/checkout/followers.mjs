import pg from 'pg';

/** What a checkout leaves to be done behind its back: events to be published, payments, mails. */
const OPEN = {
  orders: 'SELECT count(*)::int AS open FROM outbox',
  payments: `SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM payments WHERE status = 'PENDING') AS open`,
  notifications: `SELECT count(*)::int AS open FROM notifications WHERE status = 'PENDING'`,
};

/** Tells when all that follows from checkouts is done. */
export async function watchFollowers(urls) {
  const watched = await Promise.all(
    Object.entries(OPEN).map(async ([service, sql]) => {
      const client = new pg.Client({ connectionString: urls[service] });
      await client.connect();
      return { client, sql };
    }),
  );
  return {
    async areAtRest() {
      const open = await Promise.all(
        watched.map(async ({ client, sql }) => (await client.query(sql)).rows[0].open),
      );
      return open.every((count) => Number(count) === 0);
    },
    close: () => Promise.all(watched.map(({ client }) => client.end())),
  };
}
