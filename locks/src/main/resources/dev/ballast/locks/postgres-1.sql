-- Leases and claims in PostgreSQL, version 1: tables, and one function for each call of the engine.
--
-- Each function is one transaction of its own at READ COMMITTED, where every statement inside it sees all that was
-- committed before that statement began. That is what makes "lock first, then look" right: the statement after the one
-- that waited for a lock sees what the lock's former owner did. So locking and looking are always two statements.
--
-- Locks and their order, against deadlocks:
--   1. the caller's own lease row (one row, or for break_lock several, sorted), waiting;
--   2. the rows of names, sorted, waiting;
--   3. rows of other leases and of names only with SKIP LOCKED, never waiting.
-- Who holds a name never waits for a lease, so no circle can close.
--
-- Whoever removes a lease or a claim holds its lease's row FOR UPDATE. Renewing and claiming hold it FOR NO KEY
-- UPDATE, and holds(…, true) of users' transactions FOR KEY SHARE, which hinders removal but not renewal.
--
-- That a lease has run out means nothing until its row is deleted. Only a row that nobody is working on is deleted for
-- it, so a renewal that is on its way to its commit keeps the lease, and one that comes later finds no row.

CREATE TABLE ballast_locks.leases (
  id text COLLATE "C" PRIMARY KEY,
  owner text NOT NULL,
  ttl_us bigint NOT NULL,
  -- Not indexed, so that a renewal rewrites no index (a heap-only tuple).
  expires_at timestamptz NOT NULL,
  -- When sweep() looks at it next; not later than the first expires_at, and moved by sweep() alone.
  check_at timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);

CREATE INDEX ON ballast_locks.leases (check_at);

-- One row for each name that has claims: who changes the name's queue holds it. Gone when the queue is empty.
CREATE TABLE ballast_locks.names (
  name text COLLATE "C" PRIMARY KEY
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);

-- Tokens of all names. Drawn while the name is held, so for each name they come in the order of its queue; a sequence
-- never gives out a number again, whatever is rolled back or crashes, and needs no row for names of the past.
CREATE SEQUENCE ballast_locks.token AS bigint;

-- permits, size: exclusive (1, 0), shared (0, 0), count of a semaphore of n (count, n). A claim fits beside those before
-- it if there are none, or all have its size and all permits together are at most that.
CREATE TABLE ballast_locks.claims (
  name text COLLATE "C" NOT NULL,
  token bigint NOT NULL,
  lease text COLLATE "C" NOT NULL REFERENCES ballast_locks.leases ON DELETE CASCADE,
  permits integer NOT NULL,
  size integer NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (name, token),
  UNIQUE (lease, name)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);

-- The newest token seen at each resource that fence() guards.
CREATE TABLE ballast_locks.fences (
  resource text COLLATE "C" PRIMARY KEY,
  token bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);

-- Wakes the clients of leases, on the channel of each; the part of a lease before the '-' is its client. An empty payload
-- is "any of yours", where the list would not fit into a notification (8000 bytes).
CREATE FUNCTION ballast_locks.wake(the_leases text[]) RETURNS void
LANGUAGE sql AS $$
  SELECT pg_notify(
      'ballast_locks_' || split_part(l, '-', 1),
      CASE WHEN count(*) <= 200 THEN string_agg(DISTINCT l, ',') ELSE '' END)
    FROM unnest(the_leases) AS l
   GROUP BY split_part(l, '-', 1)
$$;

-- Whom it lets into these names if a lease goes: those whose claims are held without it and were not with it. Held
-- claims are always the first of a queue, so this reads no further than the first that is not held.
CREATE FUNCTION ballast_locks.let_in(the_names text[], the_lease text) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
  the_name text;
  c record;
  woken text[] := '{}';
  was_first boolean;
  was_alike boolean;
  was_taken bigint;
  was_held boolean;
  is_first boolean;
  is_alike boolean;
  is_taken bigint;
  with_size integer;
  without_size integer;
BEGIN
  FOREACH the_name IN ARRAY the_names LOOP
    was_first := true; was_alike := true; was_taken := 0;
    is_first := true; is_alike := true; is_taken := 0;
    FOR c IN
      SELECT q.lease, q.permits, q.size FROM ballast_locks.claims q WHERE q.name = the_name ORDER BY q.token
    LOOP
      was_alike := was_first OR (was_alike AND c.size = with_size);
      was_taken := was_taken + c.permits;
      was_held := was_first OR (was_alike AND was_taken <= c.size);
      with_size := c.size; was_first := false;
      CONTINUE WHEN c.lease = the_lease;
      is_alike := is_first OR (is_alike AND c.size = without_size);
      is_taken := is_taken + c.permits;
      EXIT WHEN NOT (is_first OR (is_alike AND is_taken <= c.size));
      without_size := c.size; is_first := false;
      IF NOT was_held THEN
        woken := woken || c.lease;
      END IF;
    END LOOP;
  END LOOP;
  RETURN woken;
END
$$;

-- Drops the rows of names without claims. A row that somebody holds stays; one that is dropped too early is made again by
-- the next who claims, as it only serves to be held.
CREATE FUNCTION ballast_locks.drop_idle(the_names text[]) RETURNS void
LANGUAGE sql AS $$
  DELETE FROM ballast_locks.names
   WHERE name IN (
     SELECT n.name FROM ballast_locks.names n
      WHERE n.name = ANY (the_names)
        AND NOT EXISTS (SELECT FROM ballast_locks.claims c WHERE c.name = n.name)
        FOR UPDATE SKIP LOCKED)
$$;

-- Ends a lease whose row the caller holds FOR UPDATE. Where the caller does not hold the names too, the hint to those let in
-- may be missed by who joins the queue at the same moment; they look again in time.
CREATE FUNCTION ballast_locks.end_lease(the_lease text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  its_names text[];
  woken text[];
BEGIN
  SELECT array_agg(c.name) INTO its_names FROM ballast_locks.claims c WHERE c.lease = the_lease;
  IF its_names IS NOT NULL THEN
    woken := ballast_locks.let_in(its_names, the_lease);
    DELETE FROM ballast_locks.claims c WHERE c.lease = the_lease;
    PERFORM ballast_locks.drop_idle(its_names);
    IF cardinality(woken) > 0 THEN
      PERFORM ballast_locks.wake(woken);
    END IF;
  END IF;
  DELETE FROM ballast_locks.leases l WHERE l.id = the_lease;
END
$$;

-- Makes real that a lease has run out, unless somebody is working on it. The lock is taken on the newest version of the
-- row, and the condition is tried again on that.
CREATE FUNCTION ballast_locks.end_if_run_out(the_lease text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM ballast_locks.leases l
    WHERE l.id = the_lease AND l.expires_at <= clock_timestamp()
    FOR UPDATE SKIP LOCKED;
  IF FOUND THEN
    PERFORM ballast_locks.end_lease(the_lease);
    RETURN true;
  END IF;
  RETURN false;
END
$$;

-- Ends what has run out among the leases with claims on these names, except the caller's own.
CREATE FUNCTION ballast_locks.expire(the_names text[], except_lease text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  now timestamptz := clock_timestamp();
  candidate text;
BEGIN
  FOR candidate IN
    SELECT DISTINCT l.id
      FROM ballast_locks.claims c JOIN ballast_locks.leases l ON l.id = c.lease
     WHERE c.name = ANY (the_names) AND l.expires_at <= now AND l.id <> except_lease
  LOOP
    PERFORM ballast_locks.end_if_run_out(candidate);
  END LOOP;
END
$$;

-- Clears away a few leases that ran out and whose names nobody asks for: each new lease does it for four, so they can't pile up.
CREATE FUNCTION ballast_locks.sweep() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  now timestamptz := clock_timestamp();
  candidate record;
BEGIN
  FOR candidate IN
    SELECT l.id FROM ballast_locks.leases l
     WHERE l.check_at <= now ORDER BY l.check_at LIMIT 4 FOR UPDATE SKIP LOCKED
  LOOP
    IF NOT ballast_locks.end_if_run_out(candidate.id) THEN
      UPDATE ballast_locks.leases l SET check_at = l.expires_at WHERE l.id = candidate.id;
    END IF;
  END LOOP;
END
$$;

-- Holds the caller's lease row, and says until when the lease lives; null if there is none (any more).
CREATE FUNCTION ballast_locks.hold_lease(the_lease text) RETURNS timestamptz
LANGUAGE plpgsql AS $$
DECLARE
  expiry timestamptz;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'ballast_locks needs transactions at READ COMMITTED, not %',
      current_setting('transaction_isolation') USING ERRCODE = 'invalid_transaction_state';
  END IF;
  SELECT l.expires_at INTO expiry FROM ballast_locks.leases l WHERE l.id = the_lease FOR NO KEY UPDATE;
  IF expiry <= clock_timestamp() THEN
    PERFORM FROM ballast_locks.leases l WHERE l.id = the_lease FOR UPDATE;
    PERFORM ballast_locks.end_lease(the_lease);
    RETURN NULL;
  END IF;
  RETURN expiry;
END
$$;

CREATE FUNCTION ballast_locks.open_lease(the_lease text, the_owner text, the_ttl_us bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  expiry timestamptz;
BEGIN
  LOOP
    expiry := clock_timestamp() + the_ttl_us * interval '1 microsecond';
    INSERT INTO ballast_locks.leases (id, owner, ttl_us, expires_at, check_at)
      VALUES (the_lease, the_owner, the_ttl_us, expiry, expiry)
      ON CONFLICT DO NOTHING;
    EXIT WHEN FOUND;
    IF ballast_locks.hold_lease(the_lease) IS NOT NULL THEN
      UPDATE ballast_locks.leases l
         SET ttl_us = the_ttl_us, expires_at = clock_timestamp() + the_ttl_us * interval '1 microsecond'
       WHERE l.id = the_lease;
      EXIT;
    END IF;
  END LOOP;
END
$$;

CREATE FUNCTION ballast_locks.open(the_lease text, the_owner text, the_ttl_us bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ballast_locks.open_lease(the_lease, the_owner, the_ttl_us);
  PERFORM ballast_locks.sweep();
END
$$;

-- The UPDATE waits for whoever works on the row. If the row is gone then, or was changed, the condition is tried again on what
-- is there; if it was only held, the times read before the wait stand, which are earlier than need be, never later.
CREATE FUNCTION ballast_locks.renew(the_lease text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ballast_locks.leases l
     SET expires_at = clock_timestamp() + l.ttl_us * interval '1 microsecond'
   WHERE l.id = the_lease AND l.expires_at > clock_timestamp();
  IF FOUND THEN
    RETURN true;
  END IF;
  PERFORM ballast_locks.end_if_run_out(the_lease);
  RETURN false;
END
$$;

-- Holds names, in their order, so that nobody else changes their queues until the transaction ends.
CREATE FUNCTION ballast_locks.hold_names(the_names text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  the_name text;
BEGIN
  FOR the_name IN SELECT DISTINCT n COLLATE "C" FROM unnest(the_names) AS n ORDER BY 1 LOOP
    LOOP
      PERFORM FROM ballast_locks.names n WHERE n.name = the_name FOR UPDATE;
      EXIT WHEN FOUND;
      INSERT INTO ballast_locks.names VALUES (the_name) ON CONFLICT DO NOTHING;
      EXIT WHEN FOUND;
    END LOOP;
  END LOOP;
END
$$;

CREATE FUNCTION ballast_locks.close(the_lease text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM ballast_locks.leases l WHERE l.id = the_lease FOR UPDATE;
  IF FOUND THEN
    PERFORM ballast_locks.hold_names(
      (SELECT array_agg(c.name) FROM ballast_locks.claims c WHERE c.lease = the_lease));
    PERFORM ballast_locks.end_lease(the_lease);
  END IF;
END
$$;

-- Claims names, each for itself. Answers stand in the order of the names: a token where the claim is held; else null, how
-- many claims are ahead, and for how many microseconds the lease of the last of them lives.
CREATE FUNCTION ballast_locks.claim(
  the_lease text, the_names text[], the_permits integer[], the_sizes integer[], the_notes text[], stays boolean,
  OUT is_lost boolean, OUT tokens bigint[], OUT aheads integer[], OUT look_agains_us bigint[])
LANGUAGE plpgsql AS $$
DECLARE
  expiry timestamptz := ballast_locks.hold_lease(the_lease);
  the_name text;
  own_token bigint;
  own_permits integer;
  own_size integer;
  own_note text;
  is_new boolean;
  before record;
  fits boolean;
BEGIN
  is_lost := expiry IS NULL;
  IF is_lost THEN
    RETURN;
  END IF;
  PERFORM ballast_locks.hold_names(the_names);
  is_lost := expiry <= clock_timestamp();
  IF is_lost THEN
    RETURN;
  END IF;
  PERFORM ballast_locks.expire(the_names, the_lease);
  tokens := array_fill(NULL::bigint, ARRAY[cardinality(the_names)]);
  aheads := array_fill(0, ARRAY[cardinality(the_names)]);
  look_agains_us := array_fill(0::bigint, ARRAY[cardinality(the_names)]);
  FOR i IN 1 .. cardinality(the_names) LOOP
    the_name := the_names[i];
    SELECT c.token, c.permits, c.size, c.note INTO own_token, own_permits, own_size, own_note
      FROM ballast_locks.claims c WHERE c.lease = the_lease AND c.name = the_name;
    is_new := NOT FOUND;
    IF is_new THEN
      own_token := 9223372036854775807;
      own_permits := the_permits[i];
      own_size := the_sizes[i];
    ELSIF own_note <> the_notes[i] THEN
      UPDATE ballast_locks.claims c SET note = the_notes[i] WHERE c.lease = the_lease AND c.name = the_name;
    END IF;
    SELECT count(*) AS n, sum(c.permits) AS taken, min(c.size) AS least, max(c.size) AS most INTO before
      FROM ballast_locks.claims c WHERE c.name = the_name AND c.token < own_token;
    fits := before.n = 0
      OR (before.least = own_size AND before.most = own_size AND before.taken + own_permits <= own_size);
    IF NOT fits THEN
      aheads[i] := before.n;
      -- Leases run out without their names being held: what was ahead may be gone by now, and then it is worth asking again soon.
      look_agains_us[i] := coalesce(
        (SELECT greatest(50000, ceil(extract(epoch FROM l.expires_at - clock_timestamp()) * 1000000))
           FROM ballast_locks.claims c JOIN ballast_locks.leases l ON l.id = c.lease
          WHERE c.name = the_name AND c.token < own_token ORDER BY c.token DESC LIMIT 1),
        50000);
    END IF;
    IF is_new AND (fits OR stays) THEN
      own_token := nextval('ballast_locks.token');
      INSERT INTO ballast_locks.claims (name, token, lease, permits, size, note)
        VALUES (the_name, own_token, the_lease, own_permits, own_size, the_notes[i]);
    END IF;
    IF fits THEN
      tokens[i] := own_token;
    END IF;
  END LOOP;
END
$$;

-- open_lease, claim and sweep in one; it is lost where it ran out between the first two.
CREATE FUNCTION ballast_locks.open_and_claim(
  the_lease text, the_owner text, the_ttl_us bigint,
  the_names text[], the_permits integer[], the_sizes integer[], the_notes text[], stays boolean,
  OUT is_lost boolean, OUT tokens bigint[], OUT aheads integer[], OUT look_agains_us bigint[])
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ballast_locks.open_lease(the_lease, the_owner, the_ttl_us);
  SELECT c.is_lost, c.tokens, c.aheads, c.look_agains_us INTO is_lost, tokens, aheads, look_agains_us
    FROM ballast_locks.claim(the_lease, the_names, the_permits, the_sizes, the_notes, stays) c;
  PERFORM ballast_locks.sweep();
END
$$;

CREATE FUNCTION ballast_locks.release(the_lease text, the_names text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  its_names text[];
  woken text[];
BEGIN
  PERFORM FROM ballast_locks.leases l WHERE l.id = the_lease FOR UPDATE;
  IF NOT FOUND OR ballast_locks.end_if_run_out(the_lease) THEN
    RETURN;
  END IF;
  SELECT array_agg(c.name) INTO its_names
    FROM ballast_locks.claims c WHERE c.lease = the_lease AND c.name = ANY (the_names);
  IF its_names IS NULL THEN
    RETURN;
  END IF;
  PERFORM ballast_locks.hold_names(its_names);
  woken := ballast_locks.let_in(its_names, the_lease);
  DELETE FROM ballast_locks.claims c WHERE c.lease = the_lease AND c.name = ANY (its_names);
  PERFORM ballast_locks.drop_idle(its_names);
  IF cardinality(woken) > 0 THEN
    PERFORM ballast_locks.wake(woken);
  END IF;
END
$$;

-- Claims on names from the_first to the_last, by name and place in the queue. In COLLATE "C" texts are in the order of their
-- code points, so the names that begin with a prefix are those up to it with the greatest code points after it.
CREATE FUNCTION ballast_locks.claims_between(the_first text, the_last text)
RETURNS TABLE (
  name text, token bigint, is_held boolean, permits integer, size integer, note text,
  lease text, owner text, ttl_us bigint, remaining_us bigint)
LANGUAGE sql STABLE AS $$
  SELECT c.name, c.token,
         count(*) OVER w = 1
           OR (min(c.size) OVER w = max(c.size) OVER w AND sum(c.permits) OVER w <= c.size),
         c.permits, c.size, c.note, c.lease, l.owner, l.ttl_us,
         greatest(1, ceil(extract(epoch FROM l.expires_at - clock_timestamp()) * 1000000))::bigint
    FROM ballast_locks.claims c JOIN ballast_locks.leases l ON l.id = c.lease
   WHERE c.name >= the_first AND c.name <= the_last
  WINDOW w AS (PARTITION BY c.name ORDER BY c.token)
   ORDER BY c.name, c.token
$$;

CREATE FUNCTION ballast_locks.list(the_prefix text)
RETURNS TABLE (
  name text, token bigint, is_held boolean, permits integer, size integer, note text,
  lease text, owner text, ttl_us bigint, remaining_us bigint)
LANGUAGE plpgsql AS $$
DECLARE
  the_last text := the_prefix || repeat(chr(1114111), 64);
  now timestamptz := clock_timestamp();
  candidate text;
BEGIN
  FOR candidate IN
    SELECT DISTINCT l.id
      FROM ballast_locks.claims c JOIN ballast_locks.leases l ON l.id = c.lease
     WHERE c.name >= the_prefix AND c.name <= the_last AND l.expires_at <= now
  LOOP
    PERFORM ballast_locks.end_if_run_out(candidate);
  END LOOP;
  RETURN QUERY SELECT * FROM ballast_locks.claims_between(the_prefix, the_last);
END
$$;

-- Ends the leases that hold a name. If another one came to hold it while this waited for the rows of those that did, this
-- fails as a serialization failure and is to be repeated.
CREATE FUNCTION ballast_locks.break_lock(the_name text)
RETURNS TABLE (
  name text, token bigint, is_held boolean, permits integer, size integer, note text,
  lease text, owner text, ttl_us bigint, remaining_us bigint)
LANGUAGE plpgsql AS $$
DECLARE
  now timestamptz := clock_timestamp();
  held text[];
  broken text[];
  the_lease text;
BEGIN
  FOR the_lease IN
    SELECT q.lease FROM (
      SELECT c.lease,
             count(*) OVER w = 1
               OR (min(c.size) OVER w = max(c.size) OVER w AND sum(c.permits) OVER w <= c.size) AS is_held
        FROM ballast_locks.claims c JOIN ballast_locks.leases l ON l.id = c.lease
       WHERE c.name = the_name AND l.expires_at > now
      WINDOW w AS (ORDER BY c.token)) q
     WHERE q.is_held ORDER BY q.lease
  LOOP
    PERFORM FROM ballast_locks.leases l WHERE l.id = the_lease FOR UPDATE;
    held := held || the_lease;
  END LOOP;
  PERFORM ballast_locks.hold_names(
    (SELECT array_agg(c.name) FROM ballast_locks.claims c WHERE c.lease = ANY (held)) || the_name);
  PERFORM ballast_locks.expire(ARRAY[the_name], '');
  SELECT array_agg(b.lease ORDER BY b.token) INTO broken
    FROM ballast_locks.claims_between(the_name, the_name) b WHERE b.is_held;
  IF NOT coalesce(broken <@ held, broken IS NULL) THEN
    RAISE EXCEPTION 'the holders of % changed meanwhile', the_name USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN QUERY SELECT * FROM ballast_locks.claims_between(the_name, the_name) b WHERE b.is_held;
  IF broken IS NULL THEN
    PERFORM ballast_locks.drop_idle(ARRAY[the_name]);
    RETURN;
  END IF;
  FOREACH the_lease IN ARRAY broken LOOP
    PERFORM ballast_locks.end_lease(the_lease);
  END LOOP;
  PERFORM ballast_locks.wake(broken);
END
$$;

-- For users' own transactions: refuses, with SQLSTATE LK001, who comes to a resource with a token older than the newest
-- seen there, and remembers the newest. The resource's row is held until the transaction ends, so those who pass here one after the
-- other also commit one after the other.
CREATE FUNCTION ballast_locks.fence(the_resource text, the_token bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  newest bigint;
BEGIN
  -- Compared with NULL, any token would pass.
  IF the_resource IS NULL OR the_token IS NULL THEN
    RAISE EXCEPTION 'a fence needs a resource and a token, and got resource %, token %', the_resource, the_token
      USING ERRCODE = 'null_value_not_allowed', HINT = 'Give the token that came with the lock.';
  END IF;
  LOOP
    SELECT f.token INTO newest FROM ballast_locks.fences f WHERE f.resource = the_resource FOR NO KEY UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO ballast_locks.fences (resource, token) VALUES (the_resource, the_token) ON CONFLICT DO NOTHING;
    EXIT WHEN FOUND;
  END LOOP;
  IF newest > the_token THEN
    RAISE EXCEPTION 'fencing token % is older than %, which was seen before at %', the_token, newest, the_resource
      USING ERRCODE = 'LK001', HINT = 'The lock was lost meanwhile: roll back, and acquire it again.';
  ELSIF newest < the_token THEN
    UPDATE ballast_locks.fences f SET token = the_token WHERE f.resource = the_resource;
  END IF;
END
$$;

-- For users' own transactions: whether the claim with this token is held now, and its lease has not run out. With keeps,
-- it also stays so until the transaction ends: the rows are held such that the lease may be renewed but neither runs out
-- nor is closed, released or broken before. A transaction that stays open for long keeps everybody else out for as long.
CREATE FUNCTION ballast_locks.holds(the_name text, the_token bigint, keeps boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  the_lease text;
BEGIN
  SELECT c.lease INTO the_lease FROM ballast_locks.claims c WHERE c.name = the_name AND c.token = the_token;
  IF the_lease IS NULL OR keeps IS NULL THEN
    RETURN false;
  END IF;
  IF keeps THEN
    PERFORM FROM ballast_locks.leases l WHERE l.id = the_lease FOR KEY SHARE;
    PERFORM FROM ballast_locks.claims c WHERE c.name = the_name AND c.token = the_token FOR KEY SHARE;
    IF NOT FOUND THEN
      RETURN false;
    END IF;
  END IF;
  PERFORM FROM ballast_locks.leases l WHERE l.id = the_lease AND l.expires_at > clock_timestamp();
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  RETURN (
    SELECT coalesce(bool_and(c.token >= the_token), true)
        OR (min(c.size) = max(c.size) AND sum(c.permits) <= max(c.size))
      FROM ballast_locks.claims c WHERE c.name = the_name AND c.token <= the_token);
END
$$;
