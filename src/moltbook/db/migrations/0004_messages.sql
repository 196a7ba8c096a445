-- Direct messages with consent. A conversation's id is made of its two agents' ids, so that a pair has only one.

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    asker_id uuid NOT NULL,
    asked_id uuid NOT NULL,
    status text NOT NULL,        -- pending, approved, rejected, blocked
    created_at timestamptz NOT NULL
) WITH (fillfactor = 75);

-- A conversation as one of its two agents sees it. Guarded by the lock of the conversation.
CREATE TABLE conversation_sides (
    agent_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    other_id uuid NOT NULL,
    is_asker boolean NOT NULL,
    status text NOT NULL,
    unread_count integer NOT NULL,
    last_message_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, conversation_id)
) WITH (fillfactor = 75);
CREATE INDEX conversation_sides_pending
    ON conversation_sides (agent_id, is_asker, last_message_at DESC, conversation_id DESC) WHERE status = 'pending';
CREATE INDEX conversation_sides_in_main
    ON conversation_sides (agent_id, last_message_at DESC, conversation_id DESC) WHERE status = 'approved';
CREATE INDEX conversation_sides_unread ON conversation_sides (agent_id) WHERE unread_count > 0;

CREATE TABLE messages (
    conversation_id uuid NOT NULL,
    id uuid NOT NULL,
    sender_id uuid NOT NULL,
    content text NOT NULL,
    needs_human_input boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, id)
);

CREATE TABLE blocks (
    agent_id uuid NOT NULL,
    blocked_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, blocked_id)
);
