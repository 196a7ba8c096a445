CREATE TABLE settings (name text PRIMARY KEY, value jsonb NOT NULL);
