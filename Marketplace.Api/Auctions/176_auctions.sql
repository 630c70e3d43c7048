-- The journal of the call auctions. The row comes with the snapshot at the gate; the result comes in the transaction of its awards.
-- snapshot is the canonical bytes, compressed, in base 64. lanes counts the components by the search that cleared them, as JSON.
CREATE TABLE auction (
  auction_id    TEXT   NOT NULL PRIMARY KEY,
  number        BIGINT NOT NULL UNIQUE,
  currency      TEXT   NOT NULL,
  due_at        BIGINT NULL,
  gate          BIGINT NOT NULL,
  slots         BIGINT NOT NULL CHECK (slots > 0),
  state         TEXT   NOT NULL CHECK (state IN ('gated', 'cleared')),
  offers        BIGINT NOT NULL,
  bids          BIGINT NOT NULL,
  snapshot      TEXT   NOT NULL,
  snapshot_hash TEXT   NOT NULL,
  algorithm     TEXT   NULL,
  result_hash   TEXT   NULL,
  gain_nanos    TEXT   NULL,
  bound_nanos   TEXT   NULL,
  awards        BIGINT NULL,
  lanes         TEXT   NULL,
  clear_millis  BIGINT NULL,
  gated_at      BIGINT NOT NULL,
  cleared_at    BIGINT NULL,
  UNIQUE (currency, due_at)
);
CREATE INDEX auction_state ON auction (state, auction_id);

-- The last number given; its one row is taken by whoever gates, so that numbers have no gaps and one auction is gated at a time.
CREATE TABLE auction_number (
  name   TEXT   NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL
);
INSERT INTO auction_number (name, number) VALUES ('auction', 0);

-- What the commit and the cancelling of bids look for.
CREATE INDEX offer_gated ON offer (gated_by);
CREATE INDEX bid_gated ON bid (gated_by);

-- A package of an auction; part is the bid's part that it serves. receipt is what shows how it came about, as JSON. Its leases, one for each seller, name it.
CREATE TABLE award (
  award_id   TEXT   NOT NULL PRIMARY KEY,
  auction_id TEXT   NOT NULL REFERENCES auction (auction_id),
  unit       BIGINT NOT NULL,
  bid_id     TEXT   NOT NULL REFERENCES bid (bid_id),
  part       BIGINT NOT NULL,
  class      TEXT   NOT NULL CHECK (class IN ('uniform', 'supplement', 'paid_as_bid')),
  pay_nanos  BIGINT NOT NULL,
  currency   TEXT   NOT NULL,
  receipt    TEXT   NOT NULL,
  awarded_at BIGINT NOT NULL,
  UNIQUE (auction_id, unit)
);
CREATE INDEX award_bid ON award (bid_id, award_id);

-- How a bid fared in an auction in which it, or a part of it, got nothing; version is the bid's after that auction.
CREATE TABLE auction_loss (
  auction_id TEXT   NOT NULL REFERENCES auction (auction_id),
  bid_id     TEXT   NOT NULL REFERENCES bid (bid_id),
  class      TEXT   NOT NULL,
  version    BIGINT NOT NULL,
  PRIMARY KEY (auction_id, bid_id)
);
CREATE INDEX auction_loss_bid ON auction_loss (bid_id, auction_id);

-- The prices of a pool over runs of slots with one price and state. Never changed.
CREATE TABLE pool_price (
  auction_id TEXT   NOT NULL REFERENCES auction (auction_id),
  card       TEXT   NOT NULL,
  tier       TEXT   NOT NULL,
  region     TEXT   NOT NULL,
  band       BIGINT NOT NULL,
  from_at    BIGINT NOT NULL,
  until_at   BIGINT NOT NULL,
  state      TEXT   NOT NULL CHECK (state IN ('indicative', 'traded')),
  price_nanos BIGINT NOT NULL CHECK (price_nanos >= 0),
  cards      BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (auction_id, card, tier, region, band, from_at)
);
CREATE INDEX pool_price_pool ON pool_price (card, tier, region, band, auction_id);
