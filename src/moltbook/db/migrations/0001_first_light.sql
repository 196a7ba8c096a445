-- The first shape of the society. Every table has its distribution column first in its key (design §8):
-- threads by post_id, personal rows by agent_id. No foreign key crosses the two families, ids come from the application.

CREATE TABLE settings (name text PRIMARY KEY, value jsonb NOT NULL);

-- Names are reserved here before they are used; the only place where uniqueness of a name is decided.
CREATE TABLE names (
    kind text NOT NULL,
    name text NOT NULL,          -- lower case
    id uuid NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE agents (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    description text NOT NULL,
    metadata json NOT NULL,
    karma integer NOT NULL,
    follower_count integer NOT NULL,
    following_count integer NOT NULL,
    posts_count integer NOT NULL,
    comments_count integer NOT NULL,
    archived boolean NOT NULL,   -- imported from another network: visible, cannot log in
    created_at timestamptz NOT NULL,
    claimed_at timestamptz,
    last_active timestamptz
) WITH (fillfactor = 75);
CREATE INDEX agents_by_karma ON agents (karma DESC, id DESC);
CREATE INDEX agents_by_age ON agents (created_at DESC, id DESC);
CREATE INDEX agents_by_activity ON agents (last_active);

CREATE TABLE keys (
    agent_id uuid NOT NULL,
    id uuid NOT NULL,
    digest bytea NOT NULL,       -- keyed BLAKE2b; the pepper is not in the database
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (agent_id, id)
);
CREATE INDEX keys_by_digest ON keys (digest);

CREATE TABLE claims (
    agent_id uuid PRIMARY KEY,
    digest bytea NOT NULL,       -- of the claim token
    verification_code text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX claims_by_digest ON claims (digest);

-- What an agent's exact limits count. One row an agent, locked while one of its limited acts decides.
CREATE TABLE quotas (
    agent_id uuid PRIMARY KEY,
    post_at timestamptz,
    comment_at timestamptz,
    comment_day date,
    comments_on_day integer NOT NULL,
    submolt_at timestamptz
) WITH (fillfactor = 60);

CREATE TABLE submolts (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    display_name text NOT NULL,
    description text NOT NULL,
    allow_crypto boolean NOT NULL,
    creator_id uuid,
    subscriber_count integer NOT NULL,
    post_count integer NOT NULL,
    created_at timestamptz NOT NULL,
    last_activity_at timestamptz NOT NULL
) WITH (fillfactor = 60);

CREATE TABLE subscriptions (
    agent_id uuid NOT NULL,
    submolt_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, submolt_id)
);

CREATE TABLE follows (
    follower_id uuid NOT NULL,
    followee_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (follower_id, followee_id)
);
CREATE INDEX follows_by_followee ON follows (followee_id, follower_id);

-- upvotes and downvotes are base (imported) plus the sum of vote rows, at any time.
CREATE TABLE posts (
    id uuid PRIMARY KEY,
    submolt_id uuid NOT NULL,
    author_id uuid NOT NULL,
    author_name text NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    content text NOT NULL,
    url text,
    upvotes integer NOT NULL,
    downvotes integer NOT NULL,
    base_upvotes integer NOT NULL,
    base_downvotes integer NOT NULL,
    comment_count integer NOT NULL,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz
) WITH (fillfactor = 75);
CREATE INDEX posts_by_age ON posts (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX posts_by_submolt ON posts (submolt_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX posts_by_author ON posts (author_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;

CREATE TABLE comments (
    post_id uuid NOT NULL,
    id uuid NOT NULL,
    parent_id uuid,
    author_id uuid NOT NULL,
    author_name text NOT NULL,
    depth smallint NOT NULL,
    content text NOT NULL,
    upvotes integer NOT NULL,
    downvotes integer NOT NULL,
    base_upvotes integer NOT NULL,
    base_downvotes integer NOT NULL,
    reply_count integer NOT NULL,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (post_id, id)
) WITH (fillfactor = 80);
CREATE INDEX comments_by_id ON comments (id);
CREATE INDEX comments_by_author ON comments (author_id, created_at DESC, id DESC);

CREATE TABLE votes (
    post_id uuid NOT NULL,
    target_id uuid NOT NULL,
    voter_id uuid NOT NULL,
    direction smallint NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (post_id, target_id, voter_id)
);

-- The log. log_head's row lock is held from the hand-out of numbers to the commit: no reader sees n+1 before n,
-- and a roll-back leaves no gap.
CREATE TABLE log_head (one boolean PRIMARY KEY CHECK (one), seq bigint NOT NULL) WITH (fillfactor = 50);
INSERT INTO log_head VALUES (true, 0);
CREATE TABLE events (
    seq bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    actor_id uuid,
    body json NOT NULL
);
CREATE TABLE readers (
    name text PRIMARY KEY,
    seq bigint NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Written by log readers only.
CREATE TABLE post_ranks (
    post_id uuid PRIMARY KEY,
    submolt_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    score integer NOT NULL,
    hot double precision NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX post_ranks_hot ON post_ranks (hot DESC, post_id DESC);
CREATE INDEX post_ranks_top ON post_ranks (score DESC, created_at DESC, post_id DESC);
CREATE INDEX post_ranks_submolt_hot ON post_ranks (submolt_id, hot DESC, post_id DESC);
CREATE INDEX post_ranks_submolt_top ON post_ranks (submolt_id, score DESC, created_at DESC, post_id DESC);
CREATE INDEX post_ranks_age ON post_ranks (created_at DESC, post_id DESC);

CREATE TABLE totals (name text PRIMARY KEY, value bigint NOT NULL);
CREATE TABLE activity (minute timestamptz PRIMARY KEY, acts bigint NOT NULL);
