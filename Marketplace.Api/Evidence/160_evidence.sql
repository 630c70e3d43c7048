-- Published results, as ratios to the reference card; imported by the operator, beside those that ship with the product. Never changed.
CREATE TABLE published_result (
  family           TEXT   NOT NULL,
  round            TEXT   NOT NULL,
  benchmark        TEXT   NOT NULL,
  scenario         TEXT   NOT NULL,
  card             TEXT   NOT NULL,
  ratio_micros     BIGINT NOT NULL CHECK (ratio_micros > 0),
  results          BIGINT NOT NULL CHECK (results > 0),
  reference_micros BIGINT NOT NULL CHECK (reference_micros > 0),
  import_id        TEXT   NOT NULL,
  PRIMARY KEY (family, round, benchmark, scenario, card)
);
CREATE INDEX published_result_import ON published_result (import_id);

-- Public keys with which organisations sign their probes (P-256, DER).
CREATE TABLE probe_key (
  probe_key_id    TEXT   NOT NULL PRIMARY KEY,
  organisation_id TEXT   NOT NULL,
  name            TEXT   NOT NULL,
  public_key      TEXT   NOT NULL,
  created_at      BIGINT NOT NULL,
  revoked_at      BIGINT NULL,
  UNIQUE (organisation_id, public_key)
);

-- A nonce is issued for one probe of one provider's card and is used once.
CREATE TABLE probe_nonce (
  nonce           TEXT   NOT NULL PRIMARY KEY,
  organisation_id TEXT   NOT NULL,
  provider_id     TEXT   NOT NULL,
  card            TEXT   NOT NULL,
  lease_id        TEXT   NULL,
  tier            TEXT   NOT NULL CHECK (tier IN ('provider_probe', 'platform_probe', 'telemetry')),
  issued_at       BIGINT NOT NULL,
  expires_at      BIGINT NOT NULL,
  used_at         BIGINT NULL
);

-- What was signed, word for word. Never changed.
CREATE TABLE probe (
  probe_id        TEXT   NOT NULL PRIMARY KEY,
  nonce           TEXT   NOT NULL UNIQUE REFERENCES probe_nonce (nonce),
  organisation_id TEXT   NOT NULL,
  provider_id     TEXT   NOT NULL,
  card            TEXT   NOT NULL,
  lease_id        TEXT   NULL,
  tier            TEXT   NOT NULL,
  framework       TEXT   NOT NULL,
  model           TEXT   NOT NULL,
  signed          TEXT   NOT NULL,
  probe_key_id    TEXT   NOT NULL REFERENCES probe_key (probe_key_id),
  doubt           TEXT   NULL,
  taken_at        BIGINT NOT NULL,
  received_at     BIGINT NOT NULL
);
CREATE INDEX probe_machine ON probe (provider_id, card, received_at);
CREATE INDEX probe_lease ON probe (lease_id, probe_id);

CREATE TABLE probe_part (
  probe_id   TEXT   NOT NULL REFERENCES probe (probe_id),
  work       TEXT   NOT NULL,
  part_nanos BIGINT NOT NULL CHECK (part_nanos > 0),
  PRIMARY KEY (probe_id, work)
);

-- What a provider's measured machines are listed at now, per class of work. Follows from the probes and the day; kept to rank by.
CREATE TABLE listing (
  provider_id  TEXT   NOT NULL,
  card         TEXT   NOT NULL,
  work         TEXT   NOT NULL,
  derate       BIGINT NOT NULL CHECK (derate > 0),
  tier         TEXT   NOT NULL,
  measurements BIGINT NOT NULL,
  listed_at    BIGINT NOT NULL,
  PRIMARY KEY (provider_id, card, work)
);

-- What an offer is listed at: its claimed units times the derate. Leases keep what was listed when they were sold.
ALTER TABLE offer ADD COLUMN derate BIGINT NOT NULL DEFAULT 10000 CHECK (derate > 0);
ALTER TABLE offer ADD COLUMN tier TEXT NOT NULL DEFAULT 'claim';
ALTER TABLE offer ADD COLUMN listed_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX offer_listed ON offer (state, listed_at);
