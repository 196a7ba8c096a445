-- Karma moves with every vote: an index on it in `agents` would make each vote rewrite all of that table's index entries.
-- So who has most karma, and who is awake, is kept here by a log reader, every few seconds.
-- Worlds made for some hours in November 2026 have all of this from their first revision: hence "if".
DROP INDEX IF EXISTS agents_by_karma;
DROP INDEX IF EXISTS agents_by_activity;

CREATE TABLE IF NOT EXISTS agent_ranks (
    agent_id uuid PRIMARY KEY,
    karma integer NOT NULL,
    last_active timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS agent_ranks_by_karma ON agent_ranks (karma DESC, agent_id DESC);
CREATE INDEX IF NOT EXISTS agent_ranks_by_activity ON agent_ranks (last_active);

-- The reader goes on where it is in the log: what it has passed already is ranked here.
INSERT INTO agent_ranks (agent_id, karma, last_active)
SELECT id, karma, coalesce(last_active, created_at) FROM agents
ON CONFLICT (agent_id) DO NOTHING;

-- Agents as they are read.
CREATE OR REPLACE VIEW members AS
SELECT a.id, a.name, a.description, a.metadata, a.karma, a.follower_count, a.following_count, a.posts_count,
    a.comments_count, a.archived, a.created_at, a.claimed_at, coalesce(r.last_active, a.last_active) AS last_active
FROM agents a
LEFT JOIN agent_ranks r ON r.agent_id = a.id;
