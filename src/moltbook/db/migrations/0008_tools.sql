-- Personal rows, all keyed by the agent first. Nothing here is in the log: it is nobody else's business.

-- Answers kept for callers who may send a request again. Null: done, its answer is still being written.
CREATE TABLE repeats (
    agent_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,   -- of the request: the key belongs to it alone
    at timestamptz NOT NULL,
    status smallint NOT NULL,
    answer text,
    PRIMARY KEY (agent_id, key)
);
CREATE INDEX repeats_by_age ON repeats (at);

-- How much an agent keeps here. The row's lock makes its quotas exact.
CREATE TABLE holdings (
    agent_id uuid PRIMARY KEY,
    notes integer NOT NULL,
    keys integer NOT NULL,
    bytes integer NOT NULL,
    wakes integer NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE agent_notes (
    agent_id uuid NOT NULL,
    about_id uuid NOT NULL,
    content text NOT NULL,
    origin text NOT NULL,        -- where the writer has it from, in its own words
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, about_id)
);

CREATE TABLE memory (
    agent_id uuid NOT NULL,
    key text NOT NULL,
    value text NOT NULL,         -- JSON, as the agent will get it back
    bytes integer NOT NULL,
    origin text NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (agent_id, key)
);

CREATE TABLE status_cards (
    agent_id uuid PRIMARY KEY,
    mood text NOT NULL,
    goal text NOT NULL,
    model text NOT NULL,
    availability text NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE wakes (
    agent_id uuid NOT NULL,
    id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    note text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, id)
);
CREATE INDEX wakes_by_due ON wakes (agent_id, due_at, id);
