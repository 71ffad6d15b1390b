-- Tables as message queues, version 2: what consumers of a table must remember beside it, and what they do to its rows. Each
-- function checks the fence and changes the rows in one transaction, at READ COMMITTED; a queue is named SCHEMA.TABLE, quoted
-- where need be.

-- The newest token of each partition's owners.
CREATE TABLE ballast_locks.queue_fences (
  queue text COLLATE "C" NOT NULL,
  consumers text COLLATE "C" NOT NULL,
  part integer NOT NULL,
  token bigint NOT NULL,
  PRIMARY KEY (queue, consumers, part)
) WITH (fillfactor = 50);

-- How often a message was handled in vain. Gone with the message when it is acknowledged or dead.
CREATE TABLE ballast_locks.queue_failures (
  queue text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  failures integer NOT NULL,
  PRIMARY KEY (queue, id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);

-- Messages that were handled in vain too often, as whole rows. Nobody reads or clears these but people.
CREATE TABLE ballast_locks.dead_letters (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue text COLLATE "C" NOT NULL,
  id text NOT NULL,
  message jsonb NOT NULL,
  why text NOT NULL,
  failures integer NOT NULL,
  consumers text NOT NULL,
  died_at timestamptz NOT NULL
);

CREATE INDEX ON ballast_locks.dead_letters (queue, number);

CREATE FUNCTION ballast_locks.queue_name(the_table regclass) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT format('%I.%I', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = the_table
$$;

-- Whether the token is not older than the newest of the partition, which it becomes then. The row is held to the end of the
-- transaction: whoever changes messages of the partition does so alone.
CREATE FUNCTION ballast_locks.queue_fence(the_table regclass, the_group text, the_part integer, the_token bigint)
RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  the_queue text := ballast_locks.queue_name(the_table);
  newest bigint;
BEGIN
  LOOP
    SELECT f.token INTO newest FROM ballast_locks.queue_fences f
     WHERE f.queue = the_queue AND f.consumers = the_group AND f.part = the_part FOR NO KEY UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO ballast_locks.queue_fences VALUES (the_queue, the_group, the_part, the_token) ON CONFLICT DO NOTHING;
    EXIT WHEN FOUND;
  END LOOP;
  IF newest < the_token THEN
    UPDATE ballast_locks.queue_fences f SET token = the_token
     WHERE f.queue = the_queue AND f.consumers = the_group AND f.part = the_part;
  END IF;
  RETURN newest IS NULL OR newest <= the_token;
END
$$;

-- The condition on a message's row: its id in its own type, so that an index on it serves.
CREATE FUNCTION ballast_locks.queue_row(the_table regclass, the_column name) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT format('%s q WHERE q.%I = $1::%s', the_table, the_column, format_type(a.atttypid, a.atttypmod))
    FROM pg_attribute a WHERE a.attrelid = the_table AND a.attname = the_column AND NOT a.attisdropped
$$;

-- Removes a message that was handled; false if the fence is stale.
CREATE FUNCTION ballast_locks.queue_acknowledge(
  the_table regclass, the_column name, the_id text, the_group text, the_part integer, the_token bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT ballast_locks.queue_fence(the_table, the_group, the_part, the_token) THEN
    RETURN false;
  END IF;
  EXECUTE 'DELETE FROM ' || ballast_locks.queue_row(the_table, the_column) USING the_id;
  DELETE FROM ballast_locks.queue_failures f
   WHERE f.queue = ballast_locks.queue_name(the_table) AND f.id = the_id;
  RETURN true;
END
$$;

-- Notes the failure of that number, so that saying it again counts nothing twice: KEPT, or DEAD once there are as many as allowed or where the message is gone already, or STALE.
CREATE FUNCTION ballast_locks.queue_reject(
  the_table regclass, the_column name, the_id text, the_group text, the_part integer, the_token bigint,
  the_failures integer, most integer, the_why text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  the_queue text := ballast_locks.queue_name(the_table);
  the_message jsonb;
  so_many integer;
BEGIN
  IF NOT ballast_locks.queue_fence(the_table, the_group, the_part, the_token) THEN
    RETURN 'STALE';
  END IF;
  EXECUTE 'SELECT to_jsonb(q) FROM ' || ballast_locks.queue_row(the_table, the_column) || ' FOR UPDATE'
    INTO the_message USING the_id;
  IF the_message IS NOT NULL THEN
    INSERT INTO ballast_locks.queue_failures AS f VALUES (the_queue, the_id, the_failures)
      ON CONFLICT (queue, id) DO UPDATE SET failures = greatest(f.failures, the_failures)
      RETURNING f.failures INTO so_many;
    IF so_many < most THEN
      RETURN 'KEPT';
    END IF;
    INSERT INTO ballast_locks.dead_letters (queue, id, message, why, failures, consumers, died_at)
      VALUES (the_queue, the_id, the_message, the_why, so_many, the_group, clock_timestamp());
    EXECUTE 'DELETE FROM ' || ballast_locks.queue_row(the_table, the_column) USING the_id;
  END IF;
  DELETE FROM ballast_locks.queue_failures f WHERE f.queue = the_queue AND f.id = the_id;
  RETURN 'DEAD';
END
$$;
