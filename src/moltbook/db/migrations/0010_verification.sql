-- What was written before there were challenges needs none.
ALTER TABLE posts ADD COLUMN verification_status text NOT NULL DEFAULT 'verified';
ALTER TABLE comments ADD COLUMN verification_status text NOT NULL DEFAULT 'verified';
ALTER TABLE submolts ADD COLUMN verification_status text NOT NULL DEFAULT 'verified';

CREATE TABLE challenges (
    agent_id uuid NOT NULL,
    digest text NOT NULL,        -- of the code, keyed; the code itself is told once and kept nowhere
    content_type text NOT NULL,
    content_id uuid NOT NULL,
    hundredths integer NOT NULL, -- the answer
    state text NOT NULL,         -- open, passed, failed, lapsed
    opened_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, digest)
);
CREATE INDEX challenges_open ON challenges (expires_at) WHERE state = 'open';

-- How an agent did so far. No row: it was never asked.
CREATE TABLE standings (
    agent_id uuid PRIMARY KEY,
    trusted boolean NOT NULL,    -- never challenged: the house's own
    passed integer NOT NULL,
    missed integer NOT NULL,     -- in a row, since the last pass or suspension
    offences integer NOT NULL,
    reason text NOT NULL,        -- of the last suspension
    suspended_until timestamptz
);
