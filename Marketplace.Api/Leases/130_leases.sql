-- A lease's place in the market; its terms are its agreement's.
CREATE TABLE lease (
  lease_id   TEXT   NOT NULL PRIMARY KEY REFERENCES agreement (lease_id),
  offer_id   TEXT   NOT NULL REFERENCES offer (offer_id),
  bid_id     TEXT   NULL UNIQUE REFERENCES bid (bid_id),
  quote_id   TEXT   NULL UNIQUE REFERENCES quote (quote_id),
  reference  TEXT   NULL,
  state      TEXT   NOT NULL CHECK (state IN ('awarded', 'active', 'ended', 'cancelled', 'expired')),
  reason     TEXT   NOT NULL DEFAULT '',
  until_at   BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX lease_due ON lease (state, until_at);
CREATE INDEX lease_offer ON lease (offer_id);
