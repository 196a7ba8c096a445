-- What the operator removed, moderators do not bring back.
ALTER TABLE removed_words ADD COLUMN by_operator boolean NOT NULL DEFAULT false;
UPDATE removed_words w SET by_operator = true
FROM (
    SELECT DISTINCT ON (post_id, coalesce(comment_id, post_id)) post_id, coalesce(comment_id, post_id) AS target_id,
        moderator_id, moderator_name
    FROM modlog
    WHERE action IN ('remove_post', 'remove_comment')
    ORDER BY post_id, coalesce(comment_id, post_id), id DESC
) l
WHERE l.post_id = w.post_id AND l.target_id = w.target_id AND l.moderator_id IS NULL AND l.moderator_name = 'operator';

-- A ban has a reason of its own, beside that of a suspension which may outlast it.
ALTER TABLE standings ADD COLUMN ban_reason text NOT NULL DEFAULT '';
UPDATE standings SET ban_reason = reason WHERE banned_at IS NOT NULL;

-- When the last of each was taken: an appeal undoes the one it is about, and none that followed.
ALTER TABLE standings ADD COLUMN restricted_at timestamptz, ADD COLUMN suspended_at timestamptz;
UPDATE standings s SET restricted_at = l.restricted_at, suspended_at = l.suspended_at
FROM (
    SELECT agent_id, max(at) FILTER (WHERE action = 'restrict') AS restricted_at,
        max(at) FILTER (WHERE action = 'suspend') AS suspended_at
    FROM modlog
    WHERE submolt_id = '00000000-0000-0000-0000-000000000000'
    GROUP BY agent_id
) l
WHERE l.agent_id = s.agent_id;
