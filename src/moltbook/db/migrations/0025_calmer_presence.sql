-- Who acted lately is awake without a row here (agent_ranks tells). What stays is what agents said and what their
-- connections showed, and `at`: when that was. Who only fell asleep needs no row any more.
ALTER TABLE presences ADD COLUMN at timestamptz;
DELETE FROM presences WHERE state = 'asleep' AND said_at IS NULL;
UPDATE presences SET at = CASE WHEN state = 'asleep' THEN said_at ELSE awake_until - interval '10 minutes' END;
ALTER TABLE presences
    ALTER COLUMN at SET NOT NULL,
    DROP COLUMN awake_until,
    DROP COLUMN since,
    DROP COLUMN said_at;
CREATE INDEX presences_awake ON presences (at) WHERE state <> 'asleep';

DELETE FROM readers WHERE name = 'presence';
