-- The double-entry book. Rows are added, never changed. A debit is positive, a credit negative; every transaction sums to zero per currency.
CREATE TABLE ledger_transaction (
  transaction_id TEXT   NOT NULL PRIMARY KEY,
  source         TEXT   NOT NULL UNIQUE,
  memo           TEXT   NOT NULL,
  at             BIGINT NOT NULL
);

CREATE TABLE posting (
  transaction_id TEXT   NOT NULL REFERENCES ledger_transaction (transaction_id),
  position       BIGINT NOT NULL CHECK (position > 0),
  ledger_account TEXT   NOT NULL,
  amount         BIGINT NOT NULL,
  currency       TEXT   NOT NULL,
  lease_id       TEXT   NULL,
  invoice_line   BIGINT NULL,
  PRIMARY KEY (transaction_id, position)
);
CREATE INDEX posting_account ON posting (ledger_account, transaction_id);
CREATE INDEX posting_lease ON posting (lease_id);
