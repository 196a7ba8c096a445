"""Connections: how every part of Moltbook talks to PostgreSQL.

In this room: the pool, single connections that live long, and what all of them have in common.
Not here: where the server comes from (embedded, `DATABASE_URL`), SQL (each slice), writing in batches (commit).

On every connection ids are plain `str` in both directions, `json` and `jsonb` are raw `str`, times are aware
datetimes in UTC.
"""

import asyncio
from typing import Any

import asyncpg
from asyncpg.pgproto.pgproto import UUID  # in C: five times as fast as the standard library's

from moltbook.db.programs import OLDEST_MAJOR
from moltbook.db.trouble import NotReachable, ServerTooOld

# A statement is prepared once a connection and kept: ours are few, and none changes its plan by being old.
_STATEMENTS_KEPT = 512


async def open_pool(dsn: str, *, size: int, application_name: str) -> "asyncpg.Pool[asyncpg.Record]":
    """Open `size` connections that stay open.

    What a connection is told lasts: releasing one does not reset it, which would cost a round trip every time. So on
    a pooled connection nobody LISTENs, SETs beyond a transaction or takes a session's advisory lock; `connect` is
    for that. A transaction left open is still rolled back.

    Raises: ServerTooOld, OSError, asyncpg.PostgresError.
    """
    return await FairPool(
        dsn,
        min_size=size,
        max_size=size,
        max_inactive_connection_lifetime=0,
        max_queries=2**31,
        statement_cache_size=_STATEMENTS_KEPT,
        max_cached_statement_lifetime=0,
        server_settings=_session(application_name),
        connect=None,
        setup=None,
        init=_prepare,
        reset=_leave_as_it_is,
        loop=None,
        connection_class=asyncpg.Connection,
        record_class=asyncpg.Record,
    )


class FairPool(asyncpg.Pool):  # type: ignore[misc]
    """A pool that serves in the order of asking.

    In the driver's own, whoever asks while a connection is handed over takes it, and who waited goes to the end again:
    with 64 askers the slowest in a hundred waited twenty times as long as the median.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._turn = asyncio.Lock()

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109 - the driver's signature
        async with self._turn:
            return await super()._acquire(timeout)


async def connect(dsn: str, application_name: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Open one connection for a use that keeps it: listening, holding a lock, loading in bulk.

    Raises: ServerTooOld, OSError, asyncpg.PostgresError.
    """
    connection = await asyncpg.connect(
        dsn,
        statement_cache_size=_STATEMENTS_KEPT,
        max_cached_statement_lifetime=0,
        server_settings=_session(application_name),
    )
    try:
        await _prepare(connection)
    except BaseException:
        await connection.close()
        raise
    return connection


async def reach(dsn: str, application_name: str) -> "asyncpg.Connection[asyncpg.Record]":
    """As `connect`, for a command of the operator: what is wrong with the address is told as trouble.

    Raises: ServerTooOld, NotReachable.
    """
    advice = "Check --database-url, or DATABASE_URL: postgresql://user:password@host:5432/name"
    try:
        return await connect(dsn, application_name)
    except ValueError:
        # Not in the driver's words, which may quote a part of the password.
        raise NotReachable("This is no address of a PostgreSQL.", advice) from None
    except (OSError, asyncpg.InterfaceError, asyncpg.PostgresError) as error:
        raise NotReachable(f"The database cannot be used: {error or type(error).__name__}.", advice) from error


def ensure_new_enough(major: int) -> None:
    """Raises: ServerTooOld."""
    if major < OLDEST_MAJOR:
        raise ServerTooOld(
            f"The server is PostgreSQL {major}; Moltbook needs {OLDEST_MAJOR} or newer.",
            "Point DATABASE_URL at a newer server, or leave it empty to use the embedded one.",
        )


def _session(application_name: str) -> dict[str, str]:
    return {"application_name": application_name, "timezone": "UTC", "jit": "off"}


async def _prepare(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    ensure_new_enough(connection.get_server_version().major)
    # Binary: arrays of ids travel at half the size and twice the speed of text, and COPY takes nothing else.
    await connection.set_type_codec("uuid", encoder=_packed, decoder=_plain, schema="pg_catalog", format="binary")


def _packed(text: str) -> bytes:
    packed: bytes = UUID(text).bytes
    return packed


def _plain(packed: bytes) -> str:
    return str(UUID(packed))


async def _leave_as_it_is(_: "asyncpg.Connection[asyncpg.Record]") -> None:
    pass
