import pg from 'pg';

/** What a checkout leaves to be done behind its back: events to be published and handled, payments, mails. */
const FOLLOWING = {
  orders: `SELECT (SELECT count(*) FROM outbox)::int AS open, (SELECT count(*) FROM processed_events)::int AS handled`,
  payments: `SELECT (SELECT count(*) FROM outbox)::int + (SELECT count(*) FROM payments WHERE status = 'PENDING')::int AS open,
    (SELECT count(*) FROM processed_events)::int AS handled`,
  notifications: `SELECT (SELECT count(*) FROM notifications WHERE status = 'PENDING')::int AS open,
    (SELECT count(*) FROM processed_events)::int AS handled`,
};

/** Tells when all that follows from checkouts is done. */
export async function watchFollowers(urls) {
  const watched = await Promise.all(
    Object.entries(FOLLOWING).map(async ([service, sql]) => {
      const client = new pg.Client({ connectionString: urls[service] });
      await client.connect();
      return { client, sql };
    }),
  );
  let before;
  return {
    /** Whether nothing is open and nothing was handled since the last look: events on the bus are in no table. */
    async areAtRest() {
      const rows = await Promise.all(
        watched.map(async ({ client, sql }) => (await client.query(sql)).rows[0]),
      );
      const sum = (column) => rows.reduce((total, row) => total + row[column], 0);
      const handled = sum('handled');
      const isStill = handled === before;
      before = handled;
      return isStill && sum('open') === 0;
    },
    close: () => Promise.all(watched.map(({ client }) => client.end())),
  };
}
