-- The figures of a card as an operator registered or changed them; a row is never changed. Version 1 of a shipped card is in the program,
-- so its first row here is version 2. figures is the card as JSON.
CREATE TABLE card_version (
  card_id         TEXT   NOT NULL,
  version         BIGINT NOT NULL CHECK (version > 0),
  slice_of        TEXT   NULL,
  figures         TEXT   NOT NULL,
  source          TEXT   NOT NULL,
  reason          TEXT   NOT NULL,
  organisation_id TEXT   NOT NULL,
  created_at      BIGINT NOT NULL,
  PRIMARY KEY (card_id, version)
);

-- One row, taken by whoever changes a card, with a new text each time: what a host remembers of the cards is good as long as it is the same.
CREATE TABLE card_edition (
  name    TEXT NOT NULL PRIMARY KEY,
  edition TEXT NOT NULL
);
INSERT INTO card_edition (name, edition) VALUES ('cards', 'shipped');

-- The version of the card's figures that gave the units.
ALTER TABLE offer ADD COLUMN card_version BIGINT NULL;
ALTER TABLE lease ADD COLUMN card_version BIGINT NULL;
UPDATE offer SET card_version = 1 WHERE card IS NOT NULL;
UPDATE lease SET card_version = (SELECT o.card_version FROM offer o WHERE o.offer_id = lease.offer_id);
CREATE INDEX offer_by_card ON offer (card, card_version);
