-- Tenants. Roles are words separated by blanks.
CREATE TABLE organisation (
  organisation_id TEXT   NOT NULL PRIMARY KEY,
  name            TEXT   NOT NULL,
  roles           TEXT   NOT NULL,
  zone            TEXT   NOT NULL,
  created_at      BIGINT NOT NULL
);

-- Keys are known by their SHA-256 only: the secret is shown once, to the one who asked for it.
CREATE TABLE api_key (
  api_key_id      TEXT   NOT NULL PRIMARY KEY,
  organisation_id TEXT   NOT NULL REFERENCES organisation (organisation_id),
  name            TEXT   NOT NULL,
  hash            TEXT   NOT NULL UNIQUE,
  created_at      BIGINT NOT NULL,
  revoked_at      BIGINT NULL
);
CREATE INDEX api_key_organisation ON api_key (organisation_id, api_key_id);

-- What signs the cookies of the pages, so that every host of one database accepts every other's.
CREATE TABLE data_protection_key (
  name            TEXT   NOT NULL PRIMARY KEY,
  body            TEXT   NOT NULL
);
