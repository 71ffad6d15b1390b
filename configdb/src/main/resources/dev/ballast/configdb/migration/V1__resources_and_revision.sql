-- The configuration database. One row per resource and per backend.
--
-- Columns that are fields of a resource's canonical encoding carry its identity and its references; all other fields are
-- in `spec`, written and read by the codec of module model, in the version `format`. `revision` is N of the row's last
-- change.
--
-- Every writing transaction raises the revision first and so holds its row lock until it ends: the order of N is the
-- order of commits, without gaps. The triggers below hold everybody to it, people with psql included.

CREATE TABLE ballast.revision (
  single           boolean PRIMARY KEY DEFAULT true CHECK (single),
  n                bigint  NOT NULL,
  -- Every deletion after this N has its row in `tombstone`.
  tombstones_after bigint  NOT NULL DEFAULT 0,
  -- Tells this history from that of another schema in the same database.
  incarnation      uuid    NOT NULL DEFAULT gen_random_uuid()
) WITH (fillfactor = 10); -- each raise finds room beside the row before it

CREATE TABLE ballast.fleet (
  name     text   PRIMARY KEY,
  format   int    NOT NULL,
  spec     jsonb  NOT NULL,
  revision bigint NOT NULL
);

CREATE TABLE ballast.pool (
  name     text   PRIMARY KEY,
  format   int    NOT NULL,
  spec     jsonb  NOT NULL,
  revision bigint NOT NULL
);

CREATE TABLE ballast.backend (
  pool     text   NOT NULL REFERENCES ballast.pool,
  name     text   NOT NULL,
  format   int    NOT NULL,
  spec     jsonb  NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (pool, name)
);

CREATE TABLE ballast.load_balancer (
  name     text   PRIMARY KEY,
  fleet    text   NOT NULL REFERENCES ballast.fleet,
  domain   text   NOT NULL,
  format   int    NOT NULL,
  spec     jsonb  NOT NULL,
  revision bigint NOT NULL
);

-- Which pools a load balancer's listeners and routes name: a pool in use cannot go.
CREATE TABLE ballast.load_balancer_pool (
  load_balancer text NOT NULL REFERENCES ballast.load_balancer ON DELETE CASCADE,
  pool          text NOT NULL REFERENCES ballast.pool,
  PRIMARY KEY (load_balancer, pool)
);
CREATE INDEX load_balancer_pool_by_pool ON ballast.load_balancer_pool (pool);

CREATE TABLE ballast.lb_server (
  name     text   PRIMARY KEY,
  fleet    text   NOT NULL REFERENCES ballast.fleet,
  format   int    NOT NULL,
  spec     jsonb  NOT NULL,
  revision bigint NOT NULL
);

CREATE TABLE ballast.backend_status (
  pool     text   NOT NULL,
  name     text   NOT NULL,
  format   int    NOT NULL,
  spec     jsonb  NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (pool, name),
  FOREIGN KEY (pool, name) REFERENCES ballast.backend
);

CREATE TABLE ballast.backend_override (
  pool     text   NOT NULL,
  name     text   NOT NULL,
  format   int    NOT NULL,
  spec     jsonb  NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (pool, name),
  FOREIGN KEY (pool, name) REFERENCES ballast.backend
);

CREATE TABLE ballast.lb_server_override (
  name     text   PRIMARY KEY REFERENCES ballast.lb_server,
  format   int    NOT NULL,
  spec     jsonb  NOT NULL,
  revision bigint NOT NULL
);

-- What was deleted, for those who follow by SQL. A row that exists again has outlived its tombstone.
CREATE TABLE ballast.tombstone (
  kind     text   NOT NULL,
  name     text   NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (kind, name)
);
CREATE INDEX tombstone_by_revision ON ballast.tombstone (revision);

-- One row per revision, written by the same transaction. `attempt` names that transaction: who lost its connection
-- during COMMIT finds out here whether it is in.
CREATE TABLE ballast.history (
  revision bigint      PRIMARY KEY,
  attempt  uuid        NOT NULL,
  at       timestamptz NOT NULL DEFAULT now(),
  who      text        NOT NULL,
  summary  jsonb       NOT NULL
);

-- 8 hexadecimal digits that change when N may no longer be compared: another cluster, a failover or a restored backup
-- (another timeline), another database, a schema that was made anew.
CREATE FUNCTION ballast.epoch() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT left(encode(sha256(convert_to(concat_ws('/',
      (SELECT system_identifier FROM pg_control_system()),
      left(pg_walfile_name(pg_current_wal_lsn()), 8),
      (SELECT oid FROM pg_database WHERE datname = current_database()),
      (SELECT incarnation FROM ballast.revision)), 'UTF8')), 'hex'), 8)
$$;

-- The first statement of every writing transaction.
CREATE FUNCTION ballast.raise_revision() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  raised bigint;
BEGIN
  UPDATE ballast.revision SET n = n + 1 RETURNING n INTO STRICT raised;
  PERFORM set_config('ballast.revision', raised::text, true);
  RETURN raised;
END
$$;

CREATE FUNCTION ballast.demand_raised_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('ballast.revision', true), '') = '' THEN
    RAISE EXCEPTION 'this transaction writes to % without a revision of its own', TG_TABLE_NAME
      USING HINT = 'Begin it with SELECT ballast.raise_revision(), and write that number into column revision.';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION ballast.refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'TRUNCATE of % is refused: readers in older snapshots would see no rows', TG_TABLE_NAME
    USING HINT = 'Use DELETE.';
END
$$;

DO $$
DECLARE
  published text;
BEGIN
  FOREACH published IN ARRAY ARRAY['fleet', 'pool', 'backend', 'load_balancer', 'lb_server', 'backend_status',
                                   'backend_override', 'lb_server_override'] LOOP
    -- With the whole old row: its key when the row goes, and large values that an update left as they were.
    EXECUTE format('ALTER TABLE ballast.%I REPLICA IDENTITY FULL', published);
    EXECUTE format('CREATE TRIGGER demand_raised_revision BEFORE INSERT OR UPDATE OR DELETE ON ballast.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION ballast.demand_raised_revision()', published);
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ballast.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION ballast.refuse_truncate()', published);
  END LOOP;
END
$$;
ALTER TABLE ballast.revision REPLICA IDENTITY FULL;

CREATE PUBLICATION ballast FOR TABLE
  ballast.revision, ballast.fleet, ballast.pool, ballast.backend, ballast.load_balancer, ballast.lb_server,
  ballast.backend_status, ballast.backend_override, ballast.lb_server_override;

INSERT INTO ballast.revision (n) VALUES (0);
DO $$ BEGIN PERFORM ballast.raise_revision(); END $$;
INSERT INTO ballast.fleet (name, format, spec, revision) VALUES ('default', 1,
  '{"scaling": {"min": 2, "max": 8, "cpu": "60%", "memory": "80%", "connectionsPerServer": 20000}}', 1);
INSERT INTO ballast.history (revision, attempt, who, summary)
  VALUES (1, gen_random_uuid(), 'ballast', '{"created": 1, "changed": 0, "deleted": 0, "edits": []}');
