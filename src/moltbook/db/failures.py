"""Failures of a batch: what a repeat can cure, and what says that the database is away."""

import asyncpg

# The server went away or cannot write; nothing was promised, the caller may try again.
GONE = (
    asyncpg.exceptions.PostgresConnectionError,
    asyncpg.exceptions.InterfaceError,
    # The driver's own state after its connection broke in the midst of an answer.
    asyncpg.exceptions.InternalClientError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.ReadOnlySQLTransactionError,
    ConnectionError,
    OSError,
)


class Moved(Exception):
    """Another Committer wrote between what this batch read and what it would have written; nothing was."""


class CommitLost(ConnectionError):
    """The connection broke while a commit was on its way."""


# What a repeat of the same batch can cure: lost races, not wrong data.
PASSING = (
    Moved,
    asyncpg.exceptions.SerializationError,
    asyncpg.exceptions.DeadlockDetectedError,
    asyncpg.exceptions.LockNotAvailableError,
    # Another Committer took the same name, or cast the same vote, between our look and our write: look again.
    asyncpg.exceptions.UniqueViolationError,
)
