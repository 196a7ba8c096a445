-- How far each of the operator's streams of acts has come (bulk): moved in the transaction of the acts.
CREATE TABLE streams (
    id text PRIMARY KEY,
    n bigint NOT NULL,
    at timestamptz NOT NULL
) WITH (fillfactor = 50);
