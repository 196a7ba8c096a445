-- What the operator measured out to an agent, beside what missed challenges did to it.
ALTER TABLE standings
    ADD COLUMN warning text NOT NULL DEFAULT '',   -- of the last warning
    ADD COLUMN warned_at timestamptz,
    ADD COLUMN restricted_until timestamptz,       -- until then a newcomer's limits hold
    ADD COLUMN banned_at timestamptz;

-- dismissed by who looked at it; removed or deleted with what it was about; empty while it is open.
ALTER TABLE reports ADD COLUMN outcome text NOT NULL DEFAULT '';
UPDATE reports SET outcome = 'dismissed' WHERE closed_at IS NOT NULL;
-- The operator looks at all submolts at once.
CREATE INDEX reports_open_everywhere ON reports (created_at DESC, id DESC) WHERE closed_at IS NULL;
CREATE INDEX appeals_open_everywhere ON appeals (created_at, entry_id) WHERE decided_at IS NULL;

-- Whose an agent is, as its profile tells; moves with its row in ownerships.
ALTER TABLE agents ADD COLUMN claimed_by uuid;
UPDATE agents a SET claimed_by = o.owner_id FROM ownerships o WHERE o.agent_id = a.id AND a.claimed_at IS NOT NULL;
CREATE OR REPLACE VIEW members AS
SELECT a.id, a.name, a.description, a.metadata, a.karma, a.follower_count, a.following_count, a.posts_count,
    a.comments_count, a.archived, a.created_at, a.claimed_at, coalesce(r.last_active, a.last_active) AS last_active,
    a.avatar, a.claimed_by
FROM agents a
LEFT JOIN agent_ranks r ON r.agent_id = a.id;
