-- What the market lets a buyer owe, in minor units; NULL: no limit. revision is taken by whoever commits the buyer's funds.
ALTER TABLE account ADD COLUMN credit_limit BIGINT NULL CHECK (credit_limit >= 0);
ALTER TABLE account ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

-- Funds that are set aside for a bid, a quote or a lease; one row for each, whose amount follows what it may still cost.
CREATE TABLE hold (
  subject     TEXT   NOT NULL PRIMARY KEY,
  account_id  TEXT   NOT NULL REFERENCES account (account_id),
  amount      BIGINT NOT NULL CHECK (amount >= 0),
  currency    TEXT   NOT NULL,
  placed_at   BIGINT NOT NULL,
  changed_at  BIGINT NOT NULL
);
CREATE INDEX hold_account ON hold (account_id);

-- Money that buyers paid in. The bank's reference names the transfer: written down twice it is one. Rows are added, never changed.
CREATE TABLE payment (
  payment_id  TEXT   NOT NULL PRIMARY KEY,
  account_id  TEXT   NOT NULL REFERENCES account (account_id),
  amount      BIGINT NOT NULL CHECK (amount > 0),
  currency    TEXT   NOT NULL,
  reference   TEXT   NOT NULL UNIQUE,
  recorded_at BIGINT NOT NULL
);
CREATE INDEX payment_account ON payment (account_id, payment_id);
