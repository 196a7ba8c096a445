"""What can go wrong between us and PostgreSQL, each with a way out.

In this room: one small family of errors an operator meets at start-up or in `moltbook doctor`.
Not here: refusals spoken to agents (kernel), errors of single statements (asyncpg's own).
"""

from moltbook.kernel.trouble import Trouble


class DatabaseTrouble(Trouble):
    """The database cannot be used as asked."""


class DataFolderInUse(DatabaseTrouble):
    """Another process runs the database of this folder."""


class WrongMajorVersion(DatabaseTrouble):
    """The folder was written by another major version of PostgreSQL."""


class FolderNotUsable(DatabaseTrouble):
    """A folder or file we need cannot be written, read or reached."""


class DiskFull(DatabaseTrouble):
    """Too little space is left where the data lives."""


class ProgramsMissing(DatabaseTrouble):
    """There are no PostgreSQL programs to run."""


class ServerTooOld(DatabaseTrouble):
    """The PostgreSQL found is older than we can work with."""


class DidNotStart(DatabaseTrouble):
    """PostgreSQL ended instead of accepting connections."""


class NotReachable(DatabaseTrouble):
    """Nobody answers at the database's address, or not to us."""


class SchemaTooOld(DatabaseTrouble):
    """The database has no world in it, or was last migrated by an older Moltbook."""


class SchemaTooNew(DatabaseTrouble):
    """The database was migrated by a newer Moltbook."""


class MigrationFailed(DatabaseTrouble):
    """A migration was refused by PostgreSQL; nothing of it remains."""
