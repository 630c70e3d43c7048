CREATE TABLE account (
  account_id   TEXT   NOT NULL PRIMARY KEY,
  name         TEXT   NOT NULL,
  zone         TEXT   NOT NULL,
  currency     TEXT   NOT NULL,
  jurisdiction TEXT   NOT NULL,
  tax_rate     BIGINT NOT NULL CHECK (tax_rate BETWEEN 0 AND 10000),
  opened_at    BIGINT NOT NULL
);

CREATE TABLE billing_run (
  run_id       TEXT   NOT NULL PRIMARY KEY,
  cutoff       BIGINT NOT NULL,
  requested_by TEXT   NOT NULL,
  requested_at BIGINT NOT NULL
);

-- The accounts that a run has to bill; done_at says when the last period of the account was closed.
CREATE TABLE billing_task (
  run_id       TEXT   NOT NULL REFERENCES billing_run (run_id),
  account_id   TEXT   NOT NULL REFERENCES account (account_id),
  done_at      BIGINT NULL,
  PRIMARY KEY (run_id, account_id)
);

-- A closed period of an account. The row is the claim: whoever inserts it bills the period, nobody else ever does.
CREATE TABLE billing_period (
  account_id   TEXT   NOT NULL REFERENCES account (account_id),
  period_from  BIGINT NOT NULL,
  period_until BIGINT NOT NULL,
  run_id       TEXT   NOT NULL REFERENCES billing_run (run_id),
  closed_at    BIGINT NOT NULL,
  PRIMARY KEY (account_id, period_from)
);

CREATE TABLE invoice_series (
  series       TEXT   NOT NULL PRIMARY KEY,
  last_number  BIGINT NOT NULL CHECK (last_number >= 0)
);
INSERT INTO invoice_series (series, last_number) VALUES ('INV', 0);

-- Issued documents. Never updated, never deleted.
CREATE TABLE invoice (
  invoice_id    TEXT   NOT NULL PRIMARY KEY,
  series        TEXT   NOT NULL REFERENCES invoice_series (series),
  number        BIGINT NOT NULL,
  account_id    TEXT   NOT NULL REFERENCES account (account_id),
  buyer_name    TEXT   NOT NULL,
  zone          TEXT   NOT NULL,
  period_from   BIGINT NOT NULL,
  period_until  BIGINT NOT NULL,
  currency      TEXT   NOT NULL,
  jurisdiction  TEXT   NOT NULL,
  tax_rate      BIGINT NOT NULL,
  net           BIGINT NOT NULL,
  tax           BIGINT NOT NULL,
  gross         BIGINT NOT NULL,
  issued_at     BIGINT NOT NULL,
  run_id        TEXT   NOT NULL REFERENCES billing_run (run_id),
  CHECK (gross = net + tax),
  UNIQUE (series, number),
  UNIQUE (account_id, period_from)
);

CREATE TABLE invoice_line (
  invoice_id    TEXT   NOT NULL REFERENCES invoice (invoice_id),
  position      BIGINT NOT NULL CHECK (position > 0),
  lease_id      TEXT   NOT NULL REFERENCES agreement (lease_id),
  provider_id   TEXT   NOT NULL,
  period_from   BIGINT NOT NULL,
  period_until  BIGINT NOT NULL,
  card          TEXT   NOT NULL,
  region        TEXT   NOT NULL,
  price_nanos   BIGINT NOT NULL,
  currency      TEXT   NOT NULL,
  units         BIGINT NULL,
  quantity      BIGINT NOT NULL,
  charged_nanos BIGINT NOT NULL,
  amount        BIGINT NOT NULL,
  commission    BIGINT NOT NULL,
  PRIMARY KEY (invoice_id, position),
  UNIQUE (invoice_id, lease_id, period_from)
);
CREATE INDEX invoice_line_lease ON invoice_line (lease_id, period_from);
