-- Bids for the auction. 'posted' bids take posted asks, as all bids did before. terms is the wish as JSON (BidTerms), of the version that the
-- row has; what SQL asks for stands in columns. cards, from_at and until_at of an auction's bid are its most cards, earliest and latest.
ALTER TABLE bid ADD COLUMN execution TEXT NOT NULL DEFAULT 'posted' CHECK (execution IN ('posted', 'auction'));
ALTER TABLE bid ADD COLUMN terms TEXT NULL;
ALTER TABLE bid ADD COLUMN workload TEXT NULL;

-- Bids of one buyer and group exclude each other.
ALTER TABLE bid ADD COLUMN xor_group TEXT NULL;

-- Since when it has its place among equals; placed_at is when it was placed.
ALTER TABLE bid ADD COLUMN priority_at BIGINT NOT NULL DEFAULT 0;
UPDATE bid SET priority_at = placed_at;

-- The parts of a divisible bid: how many, and how many have been awarded.
ALTER TABLE bid ADD COLUMN parts BIGINT NOT NULL DEFAULT 1 CHECK (parts > 0);
ALTER TABLE bid ADD COLUMN filled BIGINT NOT NULL DEFAULT 0 CHECK (filled >= 0 AND filled <= parts);

-- The versions of the unit that were in force when it was placed, and the auction that has it in its snapshot.
ALTER TABLE bid ADD COLUMN unit_version TEXT NULL;
ALTER TABLE bid ADD COLUMN gated_by TEXT NULL;
CREATE INDEX bid_auction ON bid (execution, state, currency);
CREATE INDEX bid_group ON bid (buyer_id, xor_group);
