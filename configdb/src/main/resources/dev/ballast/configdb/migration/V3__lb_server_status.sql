-- What was observed of LB servers. The status of an instance goes with it: when its LB server does, and when another
-- instance takes the name.

CREATE TABLE ballast.lb_server_status (
  name     text   PRIMARY KEY REFERENCES ballast.lb_server,
  format   int    NOT NULL,
  spec     jsonb  NOT NULL,
  revision bigint NOT NULL
);

ALTER TABLE ballast.lb_server_status REPLICA IDENTITY FULL;
CREATE TRIGGER demand_raised_revision BEFORE INSERT OR UPDATE OR DELETE ON ballast.lb_server_status
  FOR EACH STATEMENT EXECUTE FUNCTION ballast.demand_raised_revision();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ballast.lb_server_status
  FOR EACH STATEMENT EXECUTE FUNCTION ballast.refuse_truncate();

ALTER PUBLICATION ballast ADD TABLE ballast.lb_server_status;
