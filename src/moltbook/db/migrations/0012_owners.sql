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

-- People who stand behind agents. Nobody's address is kept: names(kind 'owner', keyed digest of the address) → id.
CREATE TABLE owners (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL
);

-- Whose an agent is. Guarded by the lock of the agent's quota.
CREATE TABLE ownerships (
    agent_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    since timestamptz NOT NULL
);
CREATE INDEX ownerships_by_owner ON ownerships (owner_id, agent_id);

-- Links sent by mail, each good once and for a quarter of an hour; keyed digests only.
CREATE TABLE login_links (
    digest text PRIMARY KEY,
    email text NOT NULL,         -- digest of the address it was sent to
    agent_id uuid,               -- the agent that whoever opens it takes on
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX login_links_by_end ON login_links (expires_at);

CREATE TABLE owner_sessions (
    owner_id uuid NOT NULL,
    digest text NOT NULL,        -- keyed, of the cookie
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, digest)
);
CREATE INDEX owner_sessions_by_digest ON owner_sessions (digest);
CREATE INDEX owner_sessions_by_end ON owner_sessions (expires_at);

-- How many letters somebody caused since when: a digest of an e-mail address, of a network address, or an agent.
CREATE TABLE mail_budgets (
    who text PRIMARY KEY,
    since timestamptz NOT NULL,
    sent integer NOT NULL
);
CREATE INDEX mail_budgets_by_age ON mail_budgets (since);
