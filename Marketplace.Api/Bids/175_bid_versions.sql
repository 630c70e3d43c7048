-- What follows from a bid's terms, in columns for those who ask by SQL: the last instant at which any of it can begin, and what one of its
-- parts can cost in its first 24 hours, before tax, in nanos: from these its end and its hold.
ALTER TABLE bid ADD COLUMN starts_by BIGINT NOT NULL DEFAULT 0;
UPDATE bid SET starts_by = from_at;
ALTER TABLE bid ADD COLUMN part_day_nanos BIGINT NOT NULL DEFAULT 0 CHECK (part_day_nanos >= 0);
CREATE INDEX bid_due ON bid (state, execution, starts_by);

-- Every wording of a bid for the auction. What a bid said at version v is the row of its highest version up to v. Never changed.
CREATE TABLE bid_version (
  bid_id      TEXT   NOT NULL REFERENCES bid (bid_id),
  version     BIGINT NOT NULL CHECK (version > 0),
  terms       TEXT   NOT NULL,
  limit_nanos BIGINT NOT NULL,
  from_at     BIGINT NOT NULL,
  until_at    BIGINT NOT NULL,
  priority_at BIGINT NOT NULL,
  changed_at  BIGINT NOT NULL,
  PRIMARY KEY (bid_id, version)
);
