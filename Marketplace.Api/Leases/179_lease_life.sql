-- The whole life of a lease, and the award that it came from (a package over several sellers is several leases of one award).
ALTER TABLE lease ADD COLUMN phase TEXT NOT NULL DEFAULT 'awarded' CHECK (phase IN (
  'awarded', 'provisioning', 'active', 'interrupted', 'ended', 'settled', 'cancelled', 'expired', 'failed', 'disputed'));
UPDATE lease SET phase = state;
DROP INDEX lease_due;
ALTER TABLE lease DROP COLUMN state;
ALTER TABLE lease RENAME COLUMN phase TO state;
CREATE INDEX lease_due ON lease (state, until_at);
ALTER TABLE lease ADD COLUMN award_id TEXT NULL REFERENCES award (award_id);
CREATE INDEX lease_award ON lease (award_id);

-- An interruption that was announced, what a probe measured of what was sold (basis points), and when the lease was over.
ALTER TABLE lease ADD COLUMN interrupt_at BIGINT NULL;
ALTER TABLE lease ADD COLUMN interrupt_reason TEXT NULL;
ALTER TABLE lease ADD COLUMN measured BIGINT NULL CHECK (measured BETWEEN 0 AND 10000);
ALTER TABLE lease ADD COLUMN over_at BIGINT NULL;
UPDATE lease SET over_at = until_at WHERE state IN ('ended', 'cancelled', 'expired');
CREATE INDEX lease_over ON lease (state, over_at);

-- Every edge that a lease took. Never changed.
CREATE TABLE lease_event (
  lease_id   TEXT   NOT NULL REFERENCES lease (lease_id),
  position   BIGINT NOT NULL CHECK (position > 0),
  from_state TEXT   NULL,
  to_state   TEXT   NOT NULL,
  reason     TEXT   NOT NULL,
  actor      TEXT   NOT NULL,
  note       TEXT   NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (lease_id, position)
);

-- How a buyer gets at its cards: for its eyes and its provider's alone, encrypted with the keys of data_protection_key.
CREATE TABLE lease_access (
  lease_id    TEXT   NOT NULL PRIMARY KEY REFERENCES lease (lease_id),
  provider_id TEXT   NOT NULL,
  sealed      TEXT   NOT NULL,
  written_at  BIGINT NOT NULL
);

-- A buyer's objection to a lease that is over, and the operator's answer. credit is in minor units.
CREATE TABLE dispute (
  dispute_id  TEXT   NOT NULL PRIMARY KEY,
  lease_id    TEXT   NOT NULL REFERENCES lease (lease_id),
  said        TEXT   NOT NULL,
  opened_at   BIGINT NOT NULL,
  state       TEXT   NOT NULL CHECK (state IN ('open', 'upheld', 'dismissed')),
  answer      TEXT   NULL,
  credit      BIGINT NULL CHECK (credit > 0),
  resolved_at BIGINT NULL
);
CREATE INDEX dispute_lease ON dispute (lease_id, dispute_id);

-- How far the funds of a buyer with a credit limit reached when they were last looked at: hours is the warning that was given (24, 6, 1),
-- 0 when its leases were paused, 48 when nothing was to be said.
CREATE TABLE funds_watch (
  account_id TEXT   NOT NULL PRIMARY KEY REFERENCES account (account_id),
  hours      BIGINT NOT NULL,
  checked_at BIGINT NOT NULL
);
