CREATE TABLE offer (
  offer_id        TEXT   NOT NULL PRIMARY KEY,
  provider_id     TEXT   NOT NULL,
  name            TEXT   NOT NULL,
  card            TEXT   NULL,
  card_name       TEXT   NOT NULL,
  cards           BIGINT NOT NULL CHECK (cards > 0),
  region          TEXT   NOT NULL,
  ask_nanos       BIGINT NOT NULL CHECK (ask_nanos >= 0),
  currency        TEXT   NOT NULL,
  units           BIGINT NULL CHECK (units > 0),
  unit_version    TEXT   NULL,
  unit_ask_nanos  BIGINT NULL,
  available_from  BIGINT NOT NULL,
  available_until BIGINT NOT NULL,
  state           TEXT   NOT NULL CHECK (state IN ('open', 'withdrawn')),
  notes           TEXT   NOT NULL DEFAULT '',
  created_at      BIGINT NOT NULL,
  version         BIGINT NOT NULL DEFAULT 1,
  revision        BIGINT NOT NULL DEFAULT 0,
  opened          BIGINT NOT NULL DEFAULT 0,
  matched         BIGINT NOT NULL DEFAULT 0,
  CHECK (available_from < available_until),
  CHECK ((units IS NULL) = (unit_ask_nanos IS NULL)),
  UNIQUE (provider_id, name)
);
CREATE INDEX offer_by_ask ON offer (state, currency, ask_nanos, offer_id);
CREATE INDEX offer_by_unit_ask ON offer (state, currency, unit_ask_nanos, offer_id);

-- Free capacity of an offer as a step function: from this instant until the offer's next row, so many thousandths of a card are free.
-- The first row is at available_from, the last at available_until with nothing free. The CHECK is the last guard against overselling.
CREATE TABLE calendar (
  offer_id  TEXT   NOT NULL REFERENCES offer (offer_id),
  at        BIGINT NOT NULL,
  free      BIGINT NOT NULL CHECK (free >= 0),
  PRIMARY KEY (offer_id, at)
);
