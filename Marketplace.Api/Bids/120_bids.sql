CREATE TABLE quote (
  quote_id    TEXT   NOT NULL PRIMARY KEY,
  buyer_id    TEXT   NOT NULL,
  offer_id    TEXT   NOT NULL REFERENCES offer (offer_id),
  cards       BIGINT NOT NULL CHECK (cards > 0),
  until_at    BIGINT NOT NULL,
  price_nanos BIGINT NOT NULL,
  currency    TEXT   NOT NULL,
  reference   TEXT   NULL,
  state       TEXT   NOT NULL CHECK (state IN ('open', 'accepted')),
  quoted_at   BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL
);

CREATE TABLE bid (
  bid_id        TEXT   NOT NULL PRIMARY KEY,
  buyer_id      TEXT   NOT NULL,
  card          TEXT   NULL,
  card_name     TEXT   NULL,
  region        TEXT   NULL,
  cards         BIGINT NOT NULL CHECK (cards > 0),
  from_at       BIGINT NOT NULL,
  until_at      BIGINT NOT NULL,
  limit_basis   TEXT   NOT NULL CHECK (limit_basis IN ('scu_hour', 'card_hour')),
  limit_nanos   BIGINT NOT NULL CHECK (limit_nanos > 0),
  currency      TEXT   NOT NULL,
  reference     TEXT   NULL,
  state         TEXT   NOT NULL CHECK (state IN ('open', 'matched', 'cancelled', 'expired')),
  placed_at     BIGINT NOT NULL,
  considered    BIGINT NOT NULL DEFAULT 0,
  version       BIGINT NOT NULL DEFAULT 1,
  CHECK (from_at < until_at)
);
CREATE INDEX bid_open ON bid (state, currency, from_at);
CREATE INDEX bid_buyer ON bid (buyer_id, bid_id);
