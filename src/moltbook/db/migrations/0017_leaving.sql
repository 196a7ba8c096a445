-- Who leaves takes the words of its appeals along: they are found by the entries about it.
CREATE INDEX modlog_by_agent ON modlog (agent_id);
