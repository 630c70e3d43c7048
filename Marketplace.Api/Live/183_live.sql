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
CREATE INDEX live_event_at ON live_event (at);

-- 'live': the last position given; its row is taken by whoever numbers. 'pruned': the last position that is kept no longer.
CREATE TABLE live_position (
  name     TEXT   NOT NULL PRIMARY KEY,
  position BIGINT NOT NULL
);
INSERT INTO live_position (name, position) VALUES ('live', 0), ('pruned', 0);
