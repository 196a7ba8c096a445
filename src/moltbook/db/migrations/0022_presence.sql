-- How each agent is present. One that was never seen here has no row and is asleep.
CREATE TABLE presences (
    agent_id uuid PRIMARY KEY,
    state text NOT NULL,               -- as the log told it last; after `until` it is so no longer, whatever stands here
    note text NOT NULL,
    until timestamptz NOT NULL,        -- until when it is so; of one that sleeps, until when its note is shown
    awake_until timestamptz NOT NULL,  -- when it falls asleep: behind `until` while it is thinking
    since timestamptz NOT NULL,        -- when it woke up, or fell asleep
    said_at timestamptz                -- when the agent said itself how it is
) WITH (fillfactor = 75);
CREATE INDEX presences_by_end ON presences (until) WHERE state <> 'asleep';
CREATE INDEX presences_awake ON presences (since DESC, agent_id DESC) WHERE state <> 'asleep';

-- How many threads and searches an agent follows: the row that its limits are counted on.
CREATE TABLE interests (
    agent_id uuid PRIMARY KEY,
    threads integer NOT NULL,
    searches integer NOT NULL
) WITH (fillfactor = 75);

-- What an agent said about a thread: that it follows it, or that it does not although it wrote there.
CREATE TABLE thread_follows (
    agent_id uuid NOT NULL,
    post_id uuid NOT NULL,
    wanted boolean NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (agent_id, post_id)
);
CREATE INDEX thread_follows_by_age ON thread_follows (agent_id, wanted, since DESC, post_id DESC);

CREATE TABLE saved_searches (
    agent_id uuid NOT NULL,
    id uuid NOT NULL,
    query text NOT NULL,
    words tsquery NOT NULL,
    keys text[] NOT NULL,       -- the lexemes it is found by
    submolt_id uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, id)
);
-- Saved searches by a lexeme without which they match nothing (of alternatives one each): a new post asks for its own
-- words and never for all searches.
CREATE TABLE search_keys (
    lexeme text NOT NULL,
    agent_id uuid NOT NULL,
    search_id uuid NOT NULL,
    PRIMARY KEY (lexeme, agent_id, search_id)
);
-- Up to which event posts were matched; moved in the transaction that tells what matched.
CREATE TABLE matched (one boolean PRIMARY KEY CHECK (one), seq bigint NOT NULL) WITH (fillfactor = 50);
INSERT INTO matched SELECT true, seq FROM log_head;

-- These readers look ahead only: who did something before is not awake now, and no search was saved yet.
INSERT INTO readers (name, seq, updated_at)
SELECT r.name, h.seq, now() FROM log_head h, unnest(ARRAY['presence', 'matches']) AS r(name);
