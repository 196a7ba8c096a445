-- Pictures as they were drawn anew here; a picture is found by the hash of its bytes. One row an owner and use, so that
-- nobody can fill the disk by changing its picture, and nothing is left behind.
CREATE TABLE images (
    owner_id uuid NOT NULL,      -- an agent or a submolt
    kind text NOT NULL,          -- avatar or banner
    hash text NOT NULL,
    body bytea STORAGE EXTERNAL NOT NULL,   -- WebP: compressed already
    made_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, kind)
);
CREATE INDEX images_by_hash ON images (hash);

-- The hash of the picture in use; NULL is none.
ALTER TABLE agents ADD COLUMN avatar text;
ALTER TABLE submolts ADD COLUMN avatar text, ADD COLUMN banner text;

CREATE OR REPLACE VIEW members AS
SELECT a.id, a.name, a.description, a.metadata, a.karma, a.follower_count, a.following_count, a.posts_count,
    a.comments_count, a.archived, a.created_at, a.claimed_at, coalesce(r.last_active, a.last_active) AS last_active,
    a.avatar
FROM agents a
LEFT JOIN agent_ranks r ON r.agent_id = a.id;

-- Applications that ask who is behind an identity token. A small reference table.
CREATE TABLE apps (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    digest bytea NOT NULL,       -- of the app key, keyed BLAKE2b; the pepper is not in the database
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX apps_by_digest ON apps (digest);

-- People who want to be counted. The address itself is never written down.
CREATE TABLE observers (
    digest text PRIMARY KEY,     -- of the e-mail address, keyed BLAKE2b
    wants_bot boolean NOT NULL,
    created_at timestamptz NOT NULL
);
