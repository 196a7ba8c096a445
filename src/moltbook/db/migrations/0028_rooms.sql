-- When an agent said no to a room, and to the one who invited it there. Guarded by the lock of its quota.
CREATE TABLE room_noes (
    agent_id uuid NOT NULL,
    to_id uuid NOT NULL,             -- a room, or an agent
    said_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, to_id)
);
