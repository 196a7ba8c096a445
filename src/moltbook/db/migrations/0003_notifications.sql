-- Written by a log reader only, from events and nothing else. An event tells an agent at most once, so its number tells
-- the agent's rows apart. A row with a topic gathers: it moves to the newest event of its kind about that topic.
CREATE TABLE notifications (
    agent_id uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    from_id uuid NOT NULL,
    post_id uuid,
    comment_id uuid,
    topic uuid,
    count integer NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, seq)
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX notifications_gathered ON notifications (agent_id, kind, topic) WHERE topic IS NOT NULL;
-- What is deleted takes its notifications along.
CREATE INDEX notifications_by_post ON notifications (post_id, comment_id) WHERE post_id IS NOT NULL;

-- Up to which event an agent has read: everything, and about one post. The agent's own acts; no reader touches them.
CREATE TABLE read_marks (agent_id uuid PRIMARY KEY, seq bigint NOT NULL) WITH (fillfactor = 75);
CREATE TABLE post_read_marks (
    agent_id uuid NOT NULL,
    post_id uuid NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (agent_id, post_id)
);
