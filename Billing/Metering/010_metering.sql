-- What a buyer and a provider agreed for one lease: the terms that usage is checked and rated against.
-- Terms never change; only the start, an early end and the revision (which serialises writers of one lease) do.
CREATE TABLE agreement (
  lease_id       TEXT   NOT NULL PRIMARY KEY,
  buyer_id       TEXT   NOT NULL,
  provider_id    TEXT   NOT NULL,
  card           TEXT   NOT NULL,
  region         TEXT   NOT NULL,
  cards          BIGINT NOT NULL CHECK (cards > 0),
  price_nanos    BIGINT NOT NULL CHECK (price_nanos >= 0),
  currency       TEXT   NOT NULL,
  units          BIGINT NULL,
  unit_version   TEXT   NULL,
  commission     BIGINT NOT NULL CHECK (commission BETWEEN 0 AND 10000),
  from_at        BIGINT NOT NULL,
  until_at       BIGINT NOT NULL,
  started_at     BIGINT NULL,
  ended_at       BIGINT NULL,
  revision       BIGINT NOT NULL DEFAULT 0,
  CHECK (from_at < until_at)
);
CREATE INDEX agreement_buyer ON agreement (buyer_id, lease_id);
CREATE INDEX agreement_provider ON agreement (provider_id, lease_id);

-- Metered facts. Never updated, never deleted. (provider, source, event) is remembered for ever.
CREATE TABLE usage_event (
  usage_id     TEXT   NOT NULL PRIMARY KEY,
  provider_id  TEXT   NOT NULL,
  source       TEXT   NOT NULL,
  event_id     TEXT   NOT NULL,
  lease_id     TEXT   NOT NULL,
  meter        TEXT   NOT NULL,
  from_at      BIGINT NOT NULL,
  until_at     BIGINT NOT NULL,
  cards        BIGINT NOT NULL CHECK (cards > 0),
  batch_id     TEXT   NOT NULL,
  received_at  BIGINT NOT NULL,
  CHECK (from_at < until_at),
  UNIQUE (provider_id, source, event_id)
);
CREATE INDEX usage_event_lease ON usage_event (lease_id, from_at);

-- Facts that were sent but must not be billed as they are: shown to the provider and the accountant.
CREATE TABLE usage_quarantine (
  usage_id     TEXT   NOT NULL PRIMARY KEY,
  provider_id  TEXT   NOT NULL,
  source       TEXT   NOT NULL,
  event_id     TEXT   NOT NULL,
  lease_id     TEXT   NOT NULL,
  meter        TEXT   NOT NULL,
  from_at      BIGINT NOT NULL,
  until_at     BIGINT NOT NULL,
  cards        BIGINT NOT NULL,
  batch_id     TEXT   NOT NULL,
  received_at  BIGINT NOT NULL,
  reason       TEXT   NOT NULL,
  UNIQUE (provider_id, source, event_id, lease_id, meter, from_at, until_at, cards)
);
CREATE INDEX usage_quarantine_lease ON usage_quarantine (lease_id, usage_id);

-- Accepted events that no charge covers yet. Taking the row away is the claim to rate the event.
CREATE TABLE usage_unrated (
  usage_id     TEXT   NOT NULL PRIMARY KEY REFERENCES usage_event (usage_id),
  lease_id     TEXT   NOT NULL
);
CREATE INDEX usage_unrated_lease ON usage_unrated (lease_id, usage_id);

-- Rated usage, exact to the nano. Append-only. A row without an event carries the nano that a late event moves between two months.
CREATE TABLE charge (
  charge_id    TEXT   NOT NULL PRIMARY KEY,
  lease_id     TEXT   NOT NULL REFERENCES agreement (lease_id),
  usage_id     TEXT   NULL REFERENCES usage_event (usage_id),
  period_from  BIGINT NOT NULL,
  period_until BIGINT NOT NULL,
  from_at      BIGINT NOT NULL,
  until_at     BIGINT NOT NULL,
  quantity     BIGINT NOT NULL,
  nanos        BIGINT NOT NULL,
  currency     TEXT   NOT NULL,
  rated_at     BIGINT NOT NULL,
  UNIQUE (usage_id, period_from)
);
CREATE INDEX charge_lease ON charge (lease_id, period_from, charge_id);

-- Running totals per lease and period, so that rating one more event does not read all before it. Derived; the reconciliation never reads it.
CREATE TABLE tally (
  lease_id     TEXT   NOT NULL REFERENCES agreement (lease_id),
  period_from  BIGINT NOT NULL,
  period_until BIGINT NOT NULL,
  quantity     BIGINT NOT NULL,
  nanos        BIGINT NOT NULL,
  invoiced_quantity BIGINT NOT NULL DEFAULT 0,
  invoiced_nanos    BIGINT NOT NULL DEFAULT 0,
  invoiced          BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (lease_id, period_from)
);
