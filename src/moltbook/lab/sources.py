"""Where a society is read from: an archive file, or the database of a living network.

Both give what a reader of the public pages would see. A thread that was deleted or removed is left out with all that
stands below it; a comment that was keeps its place and its writer, and its words are not looked at; what waits for its
verification is not there yet.
"""

import contextlib
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from moltbook.archive import BadLine, BadLines
from moltbook.archive.census import Census
from moltbook.archive.lines import Unreadable, read_line
from moltbook.archive.model import StagedComment, StagedPost
from moltbook.archive.source import open_source
from moltbook.archive.threads import take_apart
from moltbook.db.pool import reach
from moltbook.db.trouble import SchemaTooOld
from moltbook.lab.model import Tell, Window
from moltbook.lab.society import Gathering, Society

# $1 and $2: from when and until when a thread may have been opened; $2 also bounds its comments.
_THREADS = """
FROM posts p
JOIN submolts s ON s.id = p.submolt_id
{more}
WHERE p.deleted_at IS NULL AND p.verification_status = 'verified'
    AND ($1::timestamptz IS NULL OR p.created_at >= $1) AND ($2::timestamptz IS NULL OR p.created_at < $2)
"""
_BELOW = (
    _THREADS.format(more="JOIN comments c ON c.post_id = p.id")
    + " AND c.verification_status = 'verified' AND ($2::timestamptz IS NULL OR c.created_at < $2)"
)
_COUNT = f"SELECT (SELECT count(*) {_THREADS.format(more='')}) + (SELECT count(*) {_BELOW})"
_MICROSECONDS = "(extract(epoch FROM {}.created_at) * 1000000)::bigint"
POSTS = f"""
SELECT uuid_send(p.id), uuid_send(p.author_id), s.name, {_MICROSECONDS.format("p")}, p.upvotes,
    p.title || E'\\n' || p.content
{_THREADS.format(more="")}
"""
COMMENTS = f"""
SELECT uuid_send(c.post_id), uuid_send(c.id), uuid_send(c.parent_id), uuid_send(c.author_id),
    {_MICROSECONDS.format("c")}, c.upvotes, CASE WHEN c.deleted_at IS NULL THEN c.content ELSE '' END
{_BELOW}
"""

_ROWS = 5_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


async def read_world(dsn: str, window: Window, tell: Tell) -> Society:
    """Read a living network, beside its server, as it stands at one moment. Nothing is written or locked.

    Raises: NotReachable, ServerTooOld, SchemaTooOld.
    """
    connection = await reach(dsn, "moltbook lab")
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _gather(connection, window, tell)
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError) as error:
        raise SchemaTooOld(
            "The database holds no world, or one of an older Moltbook.",
            "Start `moltbook up` with it once: that brings it up to date.",
        ) from error
    finally:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close(timeout=5)
        connection.terminate()


async def _gather(connection: asyncpg.Connection, window: Window, tell: Tell) -> Society:
    bounds = window.since, window.until
    total = await connection.fetchval(_COUNT, *bounds)
    gathering = Gathering()
    done = 0
    for sql, add in ((POSTS, gathering.post), (COMMENTS, gathering.comment)):
        cursor = await connection.cursor(sql, *bounds)
        while rows := await cursor.fetch(_ROWS):
            for row in rows:
                add(*row)
            done += len(rows)
            tell("Reading rows", done, total)
    return gathering.society()


def read_archive(path: Path, window: Window, tell: Tell) -> Society:
    """Read an archive as `moltbook import` does, without a database.

    Raises: ArchiveTrouble of every kind.
    """
    gathering = Gathering()
    bad: list[BadLine] = []
    lines = array("q")
    with open_source(path) as source:
        for number, text in source.lines():
            try:
                line = read_line(text)
                rows = take_apart(number, line, 0, Census())
            except Unreadable as error:
                bad.append(BadLine(number, str(error)))
                continue
            if window.holds_post(rows.post.created_at):
                place = line.thread.post.submolt.name
                lines.extend(_lay_down(gathering, rows.post, place, rows.comments, window))
            tell("Reading the file", source.read, source.size)
    # The import's own words: what it would refuse has no numbers here, either.
    bad += [BadLine(lines[place], "one of its comments stands below another post, too") for place in gathering.strays()]
    if bad:
        raise BadLines(bad)
    return gathering.society()


def _lay_down(
    gathering: Gathering, post: StagedPost, place: str, comments: Sequence[StagedComment], window: Window
) -> Sequence[int]:
    """Gather a thread; returns the number of its line, once for each comment."""
    post_id = _packed(post.id)
    author = _packed(post.author_id)
    words = f"{post.title}\n{post.content}"
    gathering.post(post_id, author, place, _microseconds(post.created_at), post.upvotes, words)
    held = [c for c in comments if window.holds_comment(c.created_at)]
    for c in held:
        parent = _packed(c.parent_id) if c.parent_id else None
        gathering.comment(
            post_id, _packed(c.id), parent, _packed(c.author_id), _microseconds(c.created_at), c.upvotes, c.content
        )
    return [post.line] * len(held)


def _packed(own: str) -> bytes:
    return bytes.fromhex(own.replace("-", ""))


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
