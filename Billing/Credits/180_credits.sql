-- What lowers the charges of a lease in one billing period: a part of them (basis points), a fixed amount (nanos), or both. Never changed.
CREATE TABLE credit (
  credit_id    TEXT   NOT NULL PRIMARY KEY,
  lease_id     TEXT   NOT NULL REFERENCES agreement (lease_id),
  rule         TEXT   NOT NULL CHECK (rule IN ('no_show', 'availability', 'throughput', 'probe', 'dispute')),
  period_from  BIGINT NOT NULL,
  period_until BIGINT NOT NULL,
  part         BIGINT NOT NULL CHECK (part BETWEEN 0 AND 10000),
  nanos        BIGINT NOT NULL CHECK (nanos >= 0),
  currency     TEXT   NOT NULL,
  note         TEXT   NOT NULL,
  given_at     BIGINT NOT NULL,
  UNIQUE (lease_id, rule, period_from)
);

-- Charges are of usage, or take back what credits come to; totals keep the two apart.
ALTER TABLE charge ADD COLUMN cause TEXT NOT NULL DEFAULT 'usage' CHECK (cause IN ('usage', 'credit'));
ALTER TABLE tally ADD COLUMN credited BIGINT NOT NULL DEFAULT 0 CHECK (credited >= 0);
ALTER TABLE tally ADD COLUMN invoiced_credited BIGINT NOT NULL DEFAULT 0;
ALTER TABLE invoice_line ADD COLUMN credited_nanos BIGINT NOT NULL DEFAULT 0;
