-- The days (UTC) on which something was traded, and how far the index is with each. A row comes with the day's first trade.
CREATE TABLE trade_day (
  day            TEXT   NOT NULL PRIMARY KEY,
  provisional_at BIGINT NULL,
  final_at       BIGINT NULL
);

-- Cleared trades in the unit of their board. Written with the lease, in its transaction, and never changed.
CREATE TABLE trade (
  lease_id     TEXT   NOT NULL PRIMARY KEY REFERENCES lease (lease_id),
  origin       TEXT   NOT NULL CHECK (origin IN ('quote', 'bid', 'auction')),
  board        TEXT   NOT NULL CHECK (board IN ('ai', 'hpc', 'cpu')),
  tier         TEXT   NOT NULL CHECK (tier IN ('singlecard', 'node', 'multinode')),
  region       TEXT   NOT NULL,
  currency     TEXT   NOT NULL,
  seller_id    TEXT   NOT NULL,
  buyer_id     TEXT   NOT NULL,
  card         TEXT   NOT NULL,
  units        BIGINT NOT NULL CHECK (units > 0),
  unit_version TEXT   NULL,
  price_nanos  BIGINT NOT NULL CHECK (price_nanos >= 0),
  volume       BIGINT NOT NULL CHECK (volume >= 0),
  day          TEXT   NOT NULL REFERENCES trade_day (day),
  traded_at    BIGINT NOT NULL
);
CREATE INDEX trade_by_day ON trade (day, lease_id);

-- Published values. Never changed: what is put right later is a later vintage. Region '' is all regions together.
CREATE TABLE index_value (
  index_id     TEXT   NOT NULL PRIMARY KEY,
  board        TEXT   NOT NULL,
  tier         TEXT   NOT NULL,
  region       TEXT   NOT NULL,
  currency     TEXT   NOT NULL,
  day          TEXT   NOT NULL REFERENCES trade_day (day),
  vintage      BIGINT NOT NULL CHECK (vintage > 0),
  kind         TEXT   NOT NULL CHECK (kind IN ('provisional', 'final', 'correction')),
  price_nanos  BIGINT NULL,
  volume       BIGINT NOT NULL,
  trades       BIGINT NOT NULL,
  sellers      BIGINT NOT NULL,
  buyers       BIGINT NOT NULL,
  method       TEXT   NOT NULL,
  published_at BIGINT NOT NULL,
  CHECK ((price_nanos IS NULL) = (trades = 0)),
  UNIQUE (board, tier, region, currency, day, vintage)
);
CREATE INDEX index_value_by_day ON index_value (day, index_id);

-- The trades behind a value.
CREATE TABLE index_trade (
  index_id TEXT NOT NULL REFERENCES index_value (index_id),
  lease_id TEXT NOT NULL REFERENCES trade (lease_id),
  PRIMARY KEY (index_id, lease_id)
);

-- The fair band of the seven days that end with that day, published with it. Region '' is all regions together.
CREATE TABLE fair_band (
  board        TEXT   NOT NULL,
  region       TEXT   NOT NULL,
  currency     TEXT   NOT NULL,
  day          TEXT   NOT NULL REFERENCES trade_day (day),
  low_nanos    BIGINT NOT NULL,
  high_nanos   BIGINT NOT NULL CHECK (high_nanos >= low_nanos),
  published_at BIGINT NOT NULL,
  PRIMARY KEY (currency, day, board, region)
);
