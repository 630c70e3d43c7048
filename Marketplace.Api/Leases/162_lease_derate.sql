-- At which part of its card's claim the capacity was listed when it was sold, and on what evidence.
ALTER TABLE lease ADD COLUMN derate BIGINT NULL CHECK (derate > 0);
ALTER TABLE lease ADD COLUMN tier TEXT NULL;
