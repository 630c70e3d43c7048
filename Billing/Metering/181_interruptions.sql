-- Times within a lease's window at which its buyer had no cards; usage in them is never billed. counted: it counts against availability.
CREATE TABLE interruption (
  lease_id TEXT   NOT NULL REFERENCES agreement (lease_id),
  from_at  BIGINT NOT NULL,
  until_at BIGINT NULL,
  counted  BIGINT NOT NULL CHECK (counted IN (0, 1)),
  PRIMARY KEY (lease_id, from_at),
  CHECK (until_at IS NULL OR from_at <= until_at)
);
