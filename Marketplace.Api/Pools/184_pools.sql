-- The last traded price of a pool is found from the end.
CREATE INDEX pool_price_state ON pool_price (card, tier, region, band, state, auction_id);
