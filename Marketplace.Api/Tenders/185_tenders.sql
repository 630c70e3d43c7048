-- A buyer's request for sealed offers. terms is what it needs, as JSON (BidTerms).
CREATE TABLE tender (
  tender_id       TEXT   NOT NULL PRIMARY KEY,
  buyer_id        TEXT   NOT NULL REFERENCES organisation (organisation_id),
  workload        TEXT   NULL,
  terms           TEXT   NOT NULL,
  currency        TEXT   NOT NULL,
  from_at         BIGINT NOT NULL,
  until_at        BIGINT NOT NULL,
  closes_at       BIGINT NOT NULL,
  lapses_at       BIGINT NOT NULL,
  open_to_all     BIGINT NOT NULL CHECK (open_to_all IN (0, 1)),
  reference       TEXT   NULL,
  note            TEXT   NULL,
  state           TEXT   NOT NULL CHECK (state IN ('opened', 'closed', 'awarded', 'lapsed', 'cancelled')),
  lease_id        TEXT   NULL REFERENCES lease (lease_id),
  opened_at       BIGINT NOT NULL,
  version         BIGINT NOT NULL DEFAULT 1,
  CHECK (opened_at < closes_at AND closes_at < lapses_at AND lapses_at <= from_at AND from_at < until_at),
  CHECK ((state = 'awarded') = (lease_id IS NOT NULL))
);
CREATE INDEX tender_buyer ON tender (buyer_id, tender_id);
CREATE INDEX tender_due ON tender (state, closes_at);

CREATE TABLE tender_invitation (
  tender_id   TEXT NOT NULL REFERENCES tender (tender_id),
  provider_id TEXT NOT NULL REFERENCES organisation (organisation_id),
  PRIMARY KEY (tender_id, provider_id)
);
CREATE INDEX tender_invitation_provider ON tender_invitation (provider_id, tender_id);

-- A provider's answer: one for each of its offers, replaced until the tender closes. cards is in thousandths of a card.
CREATE TABLE sealed_offer (
  sealed_offer_id TEXT   NOT NULL PRIMARY KEY,
  tender_id       TEXT   NOT NULL REFERENCES tender (tender_id),
  provider_id     TEXT   NOT NULL REFERENCES organisation (organisation_id),
  offer_id        TEXT   NOT NULL REFERENCES offer (offer_id),
  cards           BIGINT NOT NULL CHECK (cards > 0),
  price_nanos     BIGINT NOT NULL CHECK (price_nanos > 0),
  currency        TEXT   NOT NULL,
  note            TEXT   NULL,
  state           TEXT   NOT NULL CHECK (state IN ('sealed', 'withdrawn', 'won', 'lost')),
  made_at         BIGINT NOT NULL,
  UNIQUE (tender_id, offer_id)
);
