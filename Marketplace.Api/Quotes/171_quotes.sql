-- A quote holds its cards in the calendar until it is accepted, declined or expires; those of before held none. Its components stand beside
-- its price: what is posted, what its hours cleared at, the tax, the terms of the offer; and the signature over all of it.
ALTER TABLE quote ADD COLUMN phase TEXT NOT NULL DEFAULT 'open' CHECK (phase IN ('open', 'accepted', 'declined', 'expired'));
UPDATE quote SET phase = CASE state WHEN 'open' THEN 'expired' ELSE state END;
ALTER TABLE quote DROP COLUMN state;
ALTER TABLE quote RENAME COLUMN phase TO state;
ALTER TABLE quote ADD COLUMN ask_nanos BIGINT NOT NULL DEFAULT 0;
UPDATE quote SET ask_nanos = price_nanos;
ALTER TABLE quote ADD COLUMN rent_now_ask_nanos BIGINT NULL;
ALTER TABLE quote ADD COLUMN cleared_nanos BIGINT NULL;
ALTER TABLE quote ADD COLUMN tax_rate BIGINT NOT NULL DEFAULT 0;
ALTER TABLE quote ADD COLUMN lot BIGINT NOT NULL DEFAULT 1;
ALTER TABLE quote ADD COLUMN notice_minutes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE quote ADD COLUMN drain_minutes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE quote ADD COLUMN interruptible BIGINT NOT NULL DEFAULT 0 CHECK (interruptible IN (0, 1));
ALTER TABLE quote ADD COLUMN bid_id TEXT NULL REFERENCES bid (bid_id);
ALTER TABLE quote ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
ALTER TABLE quote ADD COLUMN signature TEXT NOT NULL DEFAULT '';
CREATE INDEX quote_due ON quote (state, expires_at);
CREATE INDEX quote_buyer ON quote (buyer_id, quoted_at);

-- What signs quotes, shared by all hosts; the newest signs, the older ones still check what they signed. secret is 32 bytes in base 64.
CREATE TABLE quote_key (
  key_id     TEXT   NOT NULL PRIMARY KEY,
  secret     TEXT   NOT NULL,
  created_at BIGINT NOT NULL
);
