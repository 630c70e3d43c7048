-- Workload profiles of buyers; those that ship with the product are in the program. profile is what was posted, as JSON, and never changes.
CREATE TABLE workload (
  workload_id     TEXT   NOT NULL PRIMARY KEY,
  organisation_id TEXT   NOT NULL,
  name            TEXT   NOT NULL,
  profile         TEXT   NOT NULL,
  created_at      BIGINT NOT NULL,
  UNIQUE (organisation_id, name)
);
