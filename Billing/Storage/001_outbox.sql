-- Messages that are written but not yet handed to the consumers. Times here are the host's own, never the test clock's.
CREATE TABLE outbox (
  id            TEXT   NOT NULL PRIMARY KEY,
  type          TEXT   NOT NULL,
  body          TEXT   NOT NULL,
  attempts      BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  due_at        BIGINT NOT NULL DEFAULT 0,
  claimed_by    TEXT   NULL,
  parked_at     BIGINT NULL,
  error         TEXT   NULL
);
CREATE INDEX outbox_due ON outbox (parked_at, due_at, id);
