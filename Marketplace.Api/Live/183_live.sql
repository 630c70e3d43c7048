-- What happened, for those who watch. Written in the transaction in which it happened; numbered afterwards, so that a reader who has seen a
-- position has seen all before it. organisation_id NULL: everybody may see it. body is JSON.
CREATE TABLE live_event (
  event_id        TEXT   NOT NULL PRIMARY KEY,
  position        BIGINT NULL UNIQUE,
  kind            TEXT   NOT NULL,
  subject         TEXT   NOT NULL,
  organisation_id TEXT   NULL,
  body            TEXT   NOT NULL,
  at              BIGINT NOT NULL
);
CREATE INDEX live_event_owner ON live_event (organisation_id, position);

-- The last position given; its one row is taken by whoever numbers.
CREATE TABLE live_position (
  name     TEXT   NOT NULL PRIMARY KEY,
  position BIGINT NOT NULL
);
INSERT INTO live_position (name, position) VALUES ('live', 0);
