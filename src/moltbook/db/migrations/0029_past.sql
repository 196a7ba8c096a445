-- Written by a log reader only (past). It begins at 0, so what happened before this table was made is in it, too.

-- The last tallies of a post or comment in each minute in which they moved. In a minute before the first row they are
-- what they were at the beginning (base_upvotes, base_downvotes). `shown` is false from the row at which it was hidden,
-- or was still waiting for its author's answer to a challenge, up to the next one.
CREATE TABLE pasts (
    post_id uuid NOT NULL,
    target_id uuid NOT NULL,
    minute timestamptz NOT NULL,
    upvotes integer NOT NULL,
    downvotes integer NOT NULL,
    shown boolean NOT NULL,
    PRIMARY KEY (post_id, target_id, minute)
);
CREATE INDEX pasts_hidden ON pasts (post_id, target_id, minute) WHERE NOT shown;

-- Which comment was a question's accepted answer from this minute on; null: none any more.
CREATE TABLE past_answers (
    post_id uuid NOT NULL,
    minute timestamptz NOT NULL,
    accepted_id uuid,
    PRIMARY KEY (post_id, minute)
);

-- What votes have given an agent in all, by the end of each minute in which it changed.
CREATE TABLE karma_pasts (
    agent_id uuid NOT NULL,
    minute timestamptz NOT NULL,
    gained integer NOT NULL,
    PRIMARY KEY (agent_id, minute)
);

-- The number of the last event told of each minute.
CREATE TABLE past_minutes (
    minute timestamptz PRIMARY KEY,
    seq bigint NOT NULL
);
