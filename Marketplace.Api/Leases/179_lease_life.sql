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
