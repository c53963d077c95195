-- Turns `order_events` into a partitioned table; docs/scaling.md says when. A test runs this on the current tables.
--
-- It is partitioned by cursor, not by time: cursors grow with time, the primary key does not change, and "everything after this
-- cursor", which is how streams and consumers read, uses only the newest partitions. Old partitions can be detached as a whole.
--
-- It holds an exclusive lock while it checks the indexes of existing rows: some seconds per million. Run it with orders scaled to
-- zero, after a backup. The table's name, its columns and how the service uses them stay the same.
BEGIN;

LOCK TABLE order_events IN ACCESS EXCLUSIVE MODE;

-- A row is assigned to its partition before triggers run, so the cursor must exist by then: as a default, under the same lock.
CREATE FUNCTION order_events_next_cursor() RETURNS bigint LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock(7012004);
    RETURN nextval('order_events_cursor');
  END
$$;
DROP TRIGGER order_events_take_cursor ON order_events;

ALTER TABLE order_events RENAME TO order_events_first;
ALTER TABLE order_events_first RENAME CONSTRAINT order_events_pkey TO order_events_first_pkey;
ALTER INDEX order_events_of_order RENAME TO order_events_first_of_order;
ALTER INDEX order_events_of_customer RENAME TO order_events_first_of_customer;

CREATE TABLE order_events (LIKE order_events_first INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (cursor);
ALTER TABLE order_events ALTER COLUMN cursor SET DEFAULT order_events_next_cursor();
ALTER TABLE order_events ADD PRIMARY KEY (cursor);
ALTER TABLE order_events ADD FOREIGN KEY (order_id) REFERENCES orders;
CREATE INDEX order_events_of_order ON order_events (order_id, cursor);
CREATE INDEX order_events_of_customer ON order_events (customer_id, cursor);

-- What is there becomes the first partition, up to the next full ten million; then one partition for every ten million events.
-- pg_partman, or a job that runs the same statement, makes the next ones in time; the default one catches what would be refused.
DO $$
DECLARE
  size CONSTANT bigint := 10000000;
  next bigint := (coalesce((SELECT max(cursor) FROM order_events_first), 0) / size + 1) * size;
BEGIN
  EXECUTE format('ALTER TABLE order_events ATTACH PARTITION order_events_first FOR VALUES FROM (MINVALUE) TO (%s)', next);
  FOR part IN 0..3 LOOP
    EXECUTE format('CREATE TABLE order_events_from_%s PARTITION OF order_events FOR VALUES FROM (%s) TO (%s)',
                   next + part * size, next + part * size, next + (part + 1) * size);
  END LOOP;
END
$$;
CREATE TABLE order_events_beyond PARTITION OF order_events DEFAULT;

COMMIT;
