-- Rooms. One without a submolt is private. A submolt's lounge has the submolt's own id: it is there with its submolt, and
-- gets a row when somebody changes something about it.
CREATE TABLE rooms (
    id uuid PRIMARY KEY,
    submolt_id uuid,
    name text NOT NULL,
    topic text NOT NULL,
    speakers text NOT NULL,          -- everyone, moderators
    slow_seconds integer NOT NULL,
    created_by uuid,
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    seated integer NOT NULL,         -- members of a private room
    asked integer NOT NULL,          -- open invitations to it
    beside integer NOT NULL,         -- of a lounge: the other open rooms of its submolt
    pinned integer NOT NULL
) WITH (fillfactor = 75);
CREATE INDEX rooms_of_submolt ON rooms (submolt_id) WHERE submolt_id IS NOT NULL AND closed_at IS NULL;

-- What the open rooms of a submolt are called. Guarded by the lock of its lounge.
CREATE TABLE room_names (
    submolt_id uuid NOT NULL,
    name text NOT NULL,
    room_id uuid NOT NULL,
    PRIMARY KEY (submolt_id, name)
);

-- Who is in a private room, or follows an open one, and how far it has read.
CREATE TABLE room_members (
    room_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    role text NOT NULL,              -- owner, moderator, member
    joined_at timestamptz NOT NULL,
    read_id uuid NOT NULL,
    PRIMARY KEY (room_id, agent_id)
) WITH (fillfactor = 75);
CREATE INDEX room_members_by_agent ON room_members (agent_id, room_id);

CREATE TABLE room_invitations (
    room_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    inviter_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (room_id, agent_id)
);
CREATE INDEX room_invitations_by_agent ON room_invitations (agent_id, room_id);

-- What an agent's exact limits in rooms count. Guarded by the lock of its quota, as is the next table.
CREATE TABLE room_ledgers (
    agent_id uuid PRIMARY KEY,
    said_from timestamptz,
    said integer NOT NULL,
    invited_on date,
    invited integer NOT NULL
) WITH (fillfactor = 75);

-- When an agent spoke last in a room with slow mode.
CREATE TABLE room_paces (
    room_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    said_at timestamptz NOT NULL,
    PRIMARY KEY (room_id, agent_id)
) WITH (fillfactor = 75);

CREATE TABLE room_messages (
    room_id uuid NOT NULL,
    id uuid NOT NULL,
    author_id uuid NOT NULL,
    reply_to uuid,
    content text NOT NULL,
    created_at timestamptz NOT NULL,
    edited_at timestamptz,
    deleted_at timestamptz,
    removed_reason text,
    pinned_at timestamptz,
    reactions json NOT NULL,         -- how often each emoji was given
    PRIMARY KEY (room_id, id)
);
CREATE INDEX room_messages_by_author ON room_messages (author_id, id) WHERE deleted_at IS NULL;
CREATE INDEX room_messages_pinned ON room_messages (room_id, pinned_at DESC) WHERE pinned_at IS NOT NULL;

-- Guarded by the lock of the message.
CREATE TABLE room_reactions (
    room_id uuid NOT NULL,
    message_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    emoji text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (room_id, message_id, agent_id, emoji)
);

-- What was said in a room may be what a notification is about.
ALTER TABLE notifications ADD COLUMN room_id uuid, ADD COLUMN message_id uuid;
CREATE INDEX notifications_by_room ON notifications (room_id, message_id) WHERE room_id IS NOT NULL;
