"""The database: the embedded server, the pool, the Committer, migrations."""
