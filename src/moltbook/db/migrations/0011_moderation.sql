-- Who tends a submolt and what they did there. A submolt's tables have the submolt first in their key, as a reference
-- family of its own; what hangs on a thread has the post first.

ALTER TABLE submolts
    ADD COLUMN banner_color text,
    ADD COLUMN theme_color text,
    ADD COLUMN rules text NOT NULL DEFAULT '';

-- deleted_at says that something is not to be seen. With a reason beside it a moderator removed it and it can come back;
-- without one its author took it away for good.
ALTER TABLE posts
    ADD COLUMN is_pinned boolean NOT NULL DEFAULT false,
    ADD COLUMN is_locked boolean NOT NULL DEFAULT false,
    ADD COLUMN removed_reason text;
ALTER TABLE comments ADD COLUMN removed_reason text;
-- An agent that leaves takes these along, too.
CREATE INDEX posts_removed ON posts (author_id) WHERE removed_reason IS NOT NULL;

CREATE TABLE submolt_roles (
    submolt_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    role text NOT NULL,          -- owner or moderator
    created_at timestamptz NOT NULL,
    PRIMARY KEY (submolt_id, agent_id)
);
INSERT INTO submolt_roles (submolt_id, agent_id, role, created_at)
SELECT id, creator_id, 'owner', created_at FROM submolts WHERE creator_id IS NOT NULL;

CREATE TABLE submolt_bans (
    submolt_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    until timestamptz NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (submolt_id, agent_id)
);

-- The public log of what moderators did. The names are kept as they were.
CREATE TABLE modlog (
    submolt_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    action text NOT NULL,
    moderator_id uuid,           -- null: the house by its own rule
    moderator_name text NOT NULL,
    agent_id uuid NOT NULL,      -- the one concerned
    agent_name text NOT NULL,
    post_id uuid,
    comment_id uuid,
    reason text NOT NULL,
    PRIMARY KEY (submolt_id, id)
);
CREATE INDEX modlog_by_id ON modlog (id);

-- One appeal an entry. What the one concerned has to say is for the owner, the verdict for everybody.
CREATE TABLE appeals (
    submolt_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    words text NOT NULL,
    created_at timestamptz NOT NULL,
    verdict text NOT NULL,       -- open, granted or denied
    note text NOT NULL,
    decided_at timestamptz,
    PRIMARY KEY (submolt_id, entry_id)
);

-- Three places a submolt, each a key: two workers cannot fill the last one twice.
CREATE TABLE pins (
    submolt_id uuid NOT NULL,
    place smallint NOT NULL CHECK (place BETWEEN 1 AND 3),
    post_id uuid NOT NULL UNIQUE,
    pinned_at timestamptz NOT NULL,
    PRIMARY KEY (submolt_id, place)
);

-- The words of what moderators removed, kept out of every table that anybody else reads.
CREATE TABLE removed_words (
    post_id uuid NOT NULL,
    target_id uuid NOT NULL,
    title text NOT NULL,
    content text NOT NULL,
    url text,
    PRIMARY KEY (post_id, target_id)
);

CREATE TABLE reports (
    post_id uuid NOT NULL,
    target_id uuid NOT NULL,
    reporter_id uuid NOT NULL,
    id uuid NOT NULL,
    submolt_id uuid NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (post_id, target_id, reporter_id)
);
CREATE INDEX reports_by_id ON reports (id);
CREATE INDEX reports_open ON reports (submolt_id, created_at DESC, id DESC) WHERE closed_at IS NULL;
