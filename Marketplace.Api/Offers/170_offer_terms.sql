-- How an offer may be sold. Old offers keep what they were: any part of a card, any duration, single cards, standard.
-- lot is in thousandths of a card; durations are in minutes; rent_now_ask_nanos NULL: the ask itself.
ALTER TABLE offer ADD COLUMN lot BIGINT NOT NULL DEFAULT 1 CHECK (lot > 0);
ALTER TABLE offer ADD COLUMN min_minutes BIGINT NOT NULL DEFAULT 0 CHECK (min_minutes >= 0);
ALTER TABLE offer ADD COLUMN max_minutes BIGINT NULL CHECK (max_minutes > 0);
ALTER TABLE offer ADD COLUMN rent_now_max_minutes BIGINT NULL CHECK (rent_now_max_minutes > 0);
ALTER TABLE offer ADD COLUMN rent_now_ask_nanos BIGINT NULL CHECK (rent_now_ask_nanos > 0);
ALTER TABLE offer ADD COLUMN follows_cleared BIGINT NOT NULL DEFAULT 1 CHECK (follows_cleared IN (0, 1));
ALTER TABLE offer ADD COLUMN in_auction BIGINT NOT NULL DEFAULT 1 CHECK (in_auction IN (0, 1));
ALTER TABLE offer ADD COLUMN notice_minutes BIGINT NOT NULL DEFAULT 0 CHECK (notice_minutes >= 0);
ALTER TABLE offer ADD COLUMN drain_minutes BIGINT NOT NULL DEFAULT 0 CHECK (drain_minutes >= 0);
ALTER TABLE offer ADD COLUMN gang TEXT NOT NULL DEFAULT 'single_card' CHECK (gang IN ('single_card', 'node', 'multi_node'));
ALTER TABLE offer ADD COLUMN link_gbs BIGINT NULL CHECK (link_gbs > 0);
ALTER TABLE offer ADD COLUMN interruptible BIGINT NOT NULL DEFAULT 0 CHECK (interruptible IN (0, 1));
ALTER TABLE offer ADD COLUMN own_use_first BIGINT NOT NULL DEFAULT 0 CHECK (own_use_first IN (0, 1));
ALTER TABLE offer ADD COLUMN residency TEXT NULL;

-- The auction that has this offer in its snapshot, from its gate to its commit; meanwhile nobody else takes what begins after gate_at.
ALTER TABLE offer ADD COLUMN gated_by TEXT NULL;
ALTER TABLE offer ADD COLUMN gate_at BIGINT NULL;

-- Cards that the provider uses itself, taken out of the calendar as leases are.
CREATE TABLE own_use (
  own_use_id TEXT   NOT NULL PRIMARY KEY,
  offer_id   TEXT   NOT NULL REFERENCES offer (offer_id),
  cards      BIGINT NOT NULL CHECK (cards > 0),
  from_at    BIGINT NOT NULL,
  until_at   BIGINT NOT NULL,
  state      TEXT   NOT NULL CHECK (state IN ('held', 'released')),
  created_at BIGINT NOT NULL,
  CHECK (from_at < until_at)
);
CREATE INDEX own_use_offer ON own_use (offer_id, own_use_id);
