-- Certificates and the keys of fleets. What is secret is sealed before it comes here, under a data key that never does
-- (`spec` holds the ciphertext, `data_key` the id of the key that opens it).

CREATE TABLE ballast.certificate (
  name       text        PRIMARY KEY,
  -- Said by the chain: the first end of any certificate in it, and whom the leaf is for.
  not_after  timestamptz NOT NULL,
  hosts      text[]      NOT NULL,
  -- SHA-256 of the clear key (PKCS #8), and what it is sealed under. Without a key it only says whom to trust.
  key_sha256 text,
  data_key   text,
  format     int         NOT NULL,
  spec       jsonb       NOT NULL,
  revision   bigint      NOT NULL,
  CHECK ((key_sha256 IS NULL) = (data_key IS NULL))
);

CREATE TABLE ballast.fleet_keys (
  name         text        PRIMARY KEY REFERENCES ballast.fleet,
  data_key     text        NOT NULL,
  cookie_since timestamptz NOT NULL,
  ticket_since timestamptz NOT NULL,
  format       int         NOT NULL,
  spec         jsonb       NOT NULL,
  revision     bigint      NOT NULL
);

-- Which certificates a load balancer's listeners and a pool name: a certificate in use cannot go.
CREATE TABLE ballast.load_balancer_certificate (
  load_balancer text NOT NULL REFERENCES ballast.load_balancer ON DELETE CASCADE,
  certificate   text NOT NULL REFERENCES ballast.certificate,
  PRIMARY KEY (load_balancer, certificate)
);
CREATE INDEX load_balancer_certificate_by_certificate ON ballast.load_balancer_certificate (certificate);

CREATE TABLE ballast.pool_certificate (
  pool        text NOT NULL REFERENCES ballast.pool ON DELETE CASCADE,
  certificate text NOT NULL REFERENCES ballast.certificate,
  PRIMARY KEY (pool, certificate)
);
CREATE INDEX pool_certificate_by_certificate ON ballast.pool_certificate (certificate);

DO $$
DECLARE
  published text;
BEGIN
  FOREACH published IN ARRAY ARRAY['certificate', 'fleet_keys'] LOOP
    EXECUTE format('ALTER TABLE ballast.%I REPLICA IDENTITY FULL', published);
    EXECUTE format('CREATE TRIGGER demand_raised_revision BEFORE INSERT OR UPDATE OR DELETE ON ballast.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION ballast.demand_raised_revision()', published);
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ballast.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION ballast.refuse_truncate()', published);
  END LOOP;
END
$$;

ALTER PUBLICATION ballast ADD TABLE ballast.certificate, ballast.fleet_keys;
