-- Labels that a submolt's moderators define. Each has a place of its own, so that their number is exact; none ever changes.
CREATE TABLE label_definitions (
    submolt_id uuid NOT NULL,
    place smallint NOT NULL CHECK (place BETWEEN 1 AND 50),
    id uuid NOT NULL UNIQUE,
    key text NOT NULL,
    label text NOT NULL,
    color text NOT NULL,
    kind text NOT NULL,          -- tag, status or role
    prompt text NOT NULL,
    cadence_minutes integer,     -- how often a role's holder is told its prompt; null: once
    created_at timestamptz NOT NULL,
    PRIMARY KEY (submolt_id, place),
    UNIQUE (submolt_id, key)
);

-- What they hang on: a post, which carries a copy (posts.labels), or an agent, who thereby holds a role.
CREATE TABLE label_attachments (
    target_id uuid NOT NULL,
    place smallint NOT NULL CHECK (place BETWEEN 1 AND 10),
    id uuid NOT NULL UNIQUE,
    label_id uuid NOT NULL,
    submolt_id uuid NOT NULL,
    target_type text NOT NULL,   -- post or agent
    placement text NOT NULL,     -- pinned, inline or metadata
    created_at timestamptz NOT NULL,
    told_at timestamptz,         -- when the holder was last told the prompt
    PRIMARY KEY (target_id, place),
    UNIQUE (target_id, label_id)
);
CREATE INDEX label_attachments_by_role ON label_attachments (label_id, created_at) WHERE target_type = 'agent';

-- Both are read with the row they stand on, so that lists of posts and the act of posting ask for nothing more.
ALTER TABLE posts ADD COLUMN labels json;
ALTER TABLE submolts ADD COLUMN tags json NOT NULL DEFAULT '[]';

-- Which submolts an agent tends, and what waits there: asked at each check-in.
CREATE INDEX submolt_roles_by_agent ON submolt_roles (agent_id, submolt_id);
CREATE INDEX appeals_open ON appeals (submolt_id) WHERE verdict = 'open';
