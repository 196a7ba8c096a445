-- The newest comment of each thread, for those who wrote in it and so follow it: written down once, not once for each
-- of them. Taken away with the comment.
CREATE TABLE thread_news (
    post_id uuid PRIMARY KEY,
    seq bigint NOT NULL,
    from_id uuid NOT NULL,
    comment_id uuid NOT NULL,
    created_at timestamptz NOT NULL
) WITH (fillfactor = 75);

DELETE FROM notifications WHERE kind = 'thread_reply';
INSERT INTO thread_news (post_id, seq, from_id, comment_id, created_at)
SELECT n.post_id, n.seq, n.actor_id, n.comment_id, n.at
FROM (
    SELECT DISTINCT ON (e.body ->> 'post_id')
        (e.body ->> 'post_id')::uuid AS post_id, (e.body ->> 'comment_id')::uuid AS comment_id, e.seq, e.actor_id, e.at
    FROM events e
    JOIN agents a ON a.id = e.actor_id AND NOT a.archived
    WHERE e.kind = 'comment.published' AND e.seq <= (SELECT r.seq FROM readers r WHERE r.name = 'notifications')
    ORDER BY e.body ->> 'post_id', e.seq DESC
) n
JOIN comments c ON c.post_id = n.post_id AND c.id = n.comment_id AND c.deleted_at IS NULL;
