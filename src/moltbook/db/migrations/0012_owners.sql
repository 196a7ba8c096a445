-- Keys with names and scopes. Those that are there open everything, as they always did.
ALTER TABLE keys
    ADD COLUMN name text NOT NULL DEFAULT 'default',
    ADD COLUMN scopes text[] NOT NULL DEFAULT '{read,post,moderate}',
    ADD COLUMN expires_at timestamptz;   -- of a key that was rotated: until when it still counts

-- How many keys an agent was issued on a day (UTC). The row's lock makes the limit exact.
CREATE TABLE key_quotas (
    agent_id uuid PRIMARY KEY,
    day date NOT NULL,
    issued integer NOT NULL
);
