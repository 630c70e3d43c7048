-- A lease may be disputed more than once, and each dispute that is upheld is credited: what a rule is given for, beside the period, is its
-- occasion, the id of the dispute. The other rules have one occasion, the period itself.
CREATE TABLE credit_given (
  credit_id    TEXT   NOT NULL PRIMARY KEY,
  lease_id     TEXT   NOT NULL REFERENCES agreement (lease_id),
  rule         TEXT   NOT NULL CHECK (rule IN ('no_show', 'availability', 'throughput', 'probe', 'dispute')),
  occasion     TEXT   NOT NULL,
  period_from  BIGINT NOT NULL,
  period_until BIGINT NOT NULL,
  part         BIGINT NOT NULL CHECK (part BETWEEN 0 AND 10000),
  nanos        BIGINT NOT NULL CHECK (nanos >= 0),
  currency     TEXT   NOT NULL,
  note         TEXT   NOT NULL,
  given_at     BIGINT NOT NULL,
  UNIQUE (lease_id, rule, period_from, occasion)
);
INSERT INTO credit_given (credit_id, lease_id, rule, occasion, period_from, period_until, part, nanos, currency, note, given_at)
SELECT credit_id, lease_id, rule, '', period_from, period_until, part, nanos, currency, note, given_at FROM credit;
DROP TABLE credit;
ALTER TABLE credit_given RENAME TO credit;
