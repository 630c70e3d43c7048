-- Addresses to which parties are told what happens. kinds are words separated by blanks; secrets are encrypted with the keys of
-- data_protection_key. former_secret signs too, until former_until.
CREATE TABLE webhook (
  webhook_id      TEXT   NOT NULL PRIMARY KEY,
  organisation_id TEXT   NOT NULL REFERENCES organisation (organisation_id),
  url             TEXT   NOT NULL,
  kinds           TEXT   NOT NULL,
  secret          TEXT   NOT NULL,
  former_secret   TEXT   NULL,
  former_until    BIGINT NULL,
  state           TEXT   NOT NULL CHECK (state IN ('active', 'disabled', 'removed')),
  failing_since   BIGINT NULL,
  created_at      BIGINT NOT NULL
);
CREATE INDEX webhook_organisation ON webhook (organisation_id, webhook_id);

-- One message to one address; written in the transaction of what it tells of. due_at is the next attempt, or until when a courier has it.
CREATE TABLE delivery (
  delivery_id  TEXT   NOT NULL PRIMARY KEY,
  webhook_id   TEXT   NOT NULL REFERENCES webhook (webhook_id),
  kind         TEXT   NOT NULL,
  body         TEXT   NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('due', 'delivered', 'failed')),
  attempts     BIGINT NOT NULL DEFAULT 0,
  due_at       BIGINT NOT NULL,
  created_at   BIGINT NOT NULL
);
CREATE INDEX delivery_webhook ON delivery (webhook_id, delivery_id);
CREATE INDEX delivery_due ON delivery (state, due_at);

-- Every attempt and what came of it. Never changed.
CREATE TABLE delivery_attempt (
  delivery_id TEXT   NOT NULL REFERENCES delivery (delivery_id),
  position    BIGINT NOT NULL CHECK (position > 0),
  at          BIGINT NOT NULL,
  status      BIGINT NULL,
  error       TEXT   NULL,
  PRIMARY KEY (delivery_id, position)
);
