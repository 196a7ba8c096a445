"""Migrations: bringing a database's schema to what this code expects.

In this room: which revisions are missing and running them, once, whoever asks at the same time.
Not here: the revisions (migrations).

Alembic keeps the chain of revisions and writes each one's SQL; we run that SQL through our own driver. Each
revision is one transaction with its mark in `alembic_version`, so a broken one leaves nothing behind.
"""

import asyncio
import io
from pathlib import Path

import asyncpg
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory

from moltbook.db.migrations import HERE
from moltbook.db.pool import reach
from moltbook.db.trouble import MigrationFailed, SchemaTooNew

_LOCK = 0x6D6F6C74_0001  # "molt", room 1: any number will do that nobody else takes
_POLL_SECONDS = 0.05


async def upgrade(dsn: str, *, revisions: Path = HERE) -> list[str]:
    """Run the revisions the database does not have yet, in order, and name them.

    Raises: SchemaTooNew, MigrationFailed, ServerTooOld, NotReachable.
    """
    scripts = ScriptDirectory(str(revisions), version_locations=[str(revisions)])
    connection = await reach(dsn, "moltbook migrate")
    try:
        # Asked again and again rather than waited for: a statement waiting for the lock would hold a snapshot, and
        # a migration building an index concurrently waits for every snapshot there is.
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110 - as said
            await asyncio.sleep(_POLL_SECONDS)
        return await _upgrade_alone(connection, scripts)
    finally:
        await connection.close()


async def _upgrade_alone(connection: "asyncpg.Connection[asyncpg.Record]", scripts: ScriptDirectory) -> list[str]:
    current = await _current_revision(connection)
    order = [script.revision for script in scripts.walk_revisions()][::-1]
    if current is not None and current not in order:
        raise SchemaTooNew(
            f"The database is at revision {current}, which this version of Moltbook does not know.",
            "Run the version that wrote it, or a newer one.",
        )
    missing = order[order.index(current) + 1 :] if current else order
    for revision in missing:
        sql = _sql_of(scripts, current, revision)
        try:
            async with connection.transaction():
                await connection.execute(sql)
        except asyncpg.PostgresError as error:
            raise MigrationFailed(
                f"Migration {revision} failed: {error}{_place_of(error, sql)}.",
                "Nothing of it was kept. If this is a released version, please report it.",
            ) from error
        current = revision
    return missing


async def _current_revision(connection: "asyncpg.Connection[asyncpg.Record]") -> str | None:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return found


def _sql_of(scripts: ScriptDirectory, current: str | None, revision: str) -> str:
    """The step from one revision to the next as one text of SQL."""
    written = io.StringIO()

    def steps(_: object, context: MigrationContext) -> list[RevisionStep]:
        return list(scripts._upgrade_revs(revision, current or "base"))

    with EnvironmentContext(
        Config(), scripts, fn=steps, as_sql=True, starting_rev=current, destination_rev=revision
    ) as environment:
        environment.configure(dialect_name="postgresql", output_buffer=written, transactional_ddl=False)
        environment.run_migrations()
    return written.getvalue()


def _place_of(error: asyncpg.PostgresError, sql: str) -> str:
    position = getattr(error, "position", None)
    if position is None:
        return ""
    line = sql[: int(position)].rpartition("\n")[0].count("\n") + 1
    return f" (near: {sql.splitlines()[line - 1 if line == 1 else line].strip()})"
