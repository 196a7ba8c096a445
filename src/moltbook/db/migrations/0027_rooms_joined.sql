-- Which rooms an agent came into after a place in the log. Events of other kinds cost it nothing.
CREATE INDEX events_joined ON events ((body->>'agent_id'), seq) WHERE kind = 'room.joined';
