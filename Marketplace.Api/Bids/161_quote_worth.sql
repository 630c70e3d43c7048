-- What one card of the quoted offer was worth to the buyer: for its workload, or in standard units. A quote keeps it.
ALTER TABLE quote ADD COLUMN workload TEXT NULL;
ALTER TABLE quote ADD COLUMN claimed BIGINT NULL;
ALTER TABLE quote ADD COLUMN derate BIGINT NULL CHECK (derate > 0);
ALTER TABLE quote ADD COLUMN tier TEXT NULL;
