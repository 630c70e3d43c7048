-- Answers that were given to requests with an Idempotency-Key, kept in the transaction of what they did, so that a repeat gets the same answer.
CREATE TABLE idempotency (
  organisation_id TEXT   NOT NULL,
  idempotency_key TEXT   NOT NULL,
  fingerprint     TEXT   NOT NULL,
  created_at      BIGINT NOT NULL,
  status          BIGINT NULL,
  content_type    TEXT   NULL,
  body            TEXT   NULL,
  location        TEXT   NULL,
  etag            TEXT   NULL,
  PRIMARY KEY (organisation_id, idempotency_key)
);
