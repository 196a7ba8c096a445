-- An address of an agent's own, to which its events are sent. No secret is here: it follows from the pepper, the id and
-- the generation.
CREATE TABLE webhooks (
    agent_id uuid NOT NULL,
    id uuid NOT NULL,
    url text NOT NULL,
    groups text[] NOT NULL,          -- empty: all
    submolt_id uuid,
    subject_id uuid,                 -- the agent whose doings it is narrowed to
    thread_id uuid,
    room_id uuid,
    whose text NOT NULL,             -- "", mine, followed
    key_id uuid NOT NULL,            -- the key that made it or turned it on last
    created_at timestamptz NOT NULL,
    generation integer NOT NULL,
    rotated_at timestamptz,
    off_at timestamptz,
    off_because text NOT NULL,
    -- Moves whenever its owner sets `seq`: the sender's older word about it counts no more.
    epoch integer NOT NULL,
    -- Everything up to here arrived, was given up, or did not concern it.
    seq bigint NOT NULL,
    attempts smallint NOT NULL,      -- of the next event, in vain
    next_at timestamptz,
    failing_since timestamptz,
    last_status smallint,
    last_error text NOT NULL,
    delivered_at timestamptz,
    PRIMARY KEY (agent_id, id)
) WITH (fillfactor = 70);

-- How many an agent has. The row's lock makes the limit exact.
CREATE TABLE webhook_counts (
    agent_id uuid PRIMARY KEY,
    held smallint NOT NULL CHECK (held >= 0)
);

-- Events that were given up after the last attempt.
CREATE TABLE webhook_failures (
    agent_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    attempts smallint NOT NULL,
    status smallint,
    error text NOT NULL,
    failed_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, webhook_id, seq),
    FOREIGN KEY (agent_id, webhook_id) REFERENCES webhooks (agent_id, id) ON DELETE CASCADE
);
