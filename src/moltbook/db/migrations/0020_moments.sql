-- When the lock that holds was set: an appeal against an older one lifts nothing.
ALTER TABLE posts ADD COLUMN locked_at timestamptz;
UPDATE posts p
SET locked_at = l.at
FROM (SELECT post_id, max(at) AS at FROM modlog WHERE action = 'lock' GROUP BY post_id) l
WHERE p.id = l.post_id AND p.is_locked;

-- The keys of an agent that nobody revoked, in one row: how many count is asked before there is one more.
CREATE VIEW key_rings AS
SELECT agent_id, array_agg(id) AS ids, array_agg(expires_at) AS ends
FROM keys
WHERE revoked_at IS NULL
GROUP BY agent_id;

-- When a post that waited for its author's answer came to be seen: a check-in asks for what is new since its last look.
ALTER TABLE challenges ADD COLUMN passed_at timestamptz;
CREATE INDEX challenges_passed ON challenges (passed_at) WHERE content_type = 'post' AND passed_at IS NOT NULL;
