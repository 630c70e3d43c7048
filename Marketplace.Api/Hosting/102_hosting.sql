-- The test clock's instant, so that a restart goes on from it and all hosts agree. Without a test clock it stays empty.
CREATE TABLE test_clock (
  clock_id BIGINT NOT NULL PRIMARY KEY CHECK (clock_id = 1),
  now_at   BIGINT NOT NULL
);
