"""Staging: the whole archive, read once and laid down beside the world in temporary tables.

Every line is judged before the first row is loaded, and the text of an archive is never in memory as a whole. The
tables belong to our connection: whatever stops us, they vanish with it.
"""

from collections.abc import Callable
from typing import Any

import asyncpg
import msgspec

from moltbook.archive.census import Census
from moltbook.archive.lines import Unreadable, read_line
from moltbook.archive.model import Phase, Progress, StagedComment, StagedPost
from moltbook.archive.source import Source
from moltbook.archive.threads import take_apart
from moltbook.archive.trouble import BadLine, BadLines

# Temporary tables are not analysed by themselves, live in memory of our own, and pay off as one big sort.
PREPARE = """
SET temp_buffers = '64MB';
SET work_mem = '128MB';
CREATE TEMP TABLE staged_posts (
    n integer, line integer, id uuid, submolt_id uuid, author_id uuid, kind text, title text, content text, url text,
    upvotes integer, downvotes integer, created_at timestamptz
);
CREATE TEMP TABLE staged_comments (
    n integer, line integer, post_id uuid, id uuid, parent_id uuid, author_id uuid, depth smallint, content text,
    upvotes integer, downvotes integer, created_at timestamptz, told_at timestamptz
);
"""
SETTLE = """
CREATE INDEX ON staged_posts (n);
CREATE INDEX ON staged_comments (n);
ANALYZE staged_posts;
ANALYZE staged_comments;
"""
# A comment belongs to one post: in this archive, and here since an earlier one.
STRAYS = """
SELECT s.line, s.id
FROM staged_comments s
JOIN (
    SELECT id, post_id FROM staged_comments
    UNION
    SELECT c.id, c.post_id FROM comments c WHERE c.id IN (SELECT id FROM staged_comments)
) known ON known.id = s.id AND known.post_id <> s.post_id
ORDER BY s.line
LIMIT 100
"""

_BATCH_ROWS = 10_000
_BATCH_CHARS = 16_000_000

_POST_COLUMNS = list(StagedPost.__struct_fields__)
_COMMENT_COLUMNS = list(StagedComment.__struct_fields__)


class Staged(msgspec.Struct, frozen=True):
    """What was laid down."""

    census: Census
    lines: int
    mended: tuple[int, ...]
    posts: int
    comments: int
    repeated: int
    dropped_links: int


async def stage(connection: asyncpg.Connection, source: Source, on_progress: Callable[[Progress], None]) -> Staged:
    """Read the archive to its end and lay it down.

    Raises: BadLines, and what reading the file raises.
    """
    await connection.execute(PREPARE)
    census = Census()
    bad: list[BadLine] = []
    mended: list[int] = []
    tray = _Tray(connection)
    lines = posts = comments = repeated = dropped_links = 0
    for number, text in source.lines():
        lines += 1
        try:
            line = read_line(text)
            rows = take_apart(number, line, posts + comments, census)
        except Unreadable as error:
            bad.append(BadLine(number, str(error)))
            continue
        if line.mended:
            mended.append(number)
        posts += 1
        comments += len(rows.comments)
        repeated += rows.repeated
        dropped_links += rows.dropped_links
        if not bad and tray.add(rows.post, rows.comments, len(text)):
            await tray.carry()
            on_progress(Progress(Phase.READING, source.read, source.size))
    if bad:
        raise BadLines(bad)
    await tray.carry()
    await connection.execute(SETTLE)
    strays = await connection.fetch(STRAYS)
    if strays:
        raise BadLines([BadLine(line, f"comment {stray} stands below another post, too") for line, stray in strays])
    on_progress(Progress(Phase.READING, source.size, source.size))
    return Staged(census, lines, tuple(mended), posts, comments, repeated, dropped_links)


class _Tray:
    """Rows gathered until a COPY is worth its while."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._posts: list[tuple[Any, ...]] = []
        self._comments: list[tuple[Any, ...]] = []
        self._chars = 0

    def add(self, post: StagedPost, comments: list[StagedComment], chars: int) -> bool:
        """Put rows on it; True when it is full."""
        self._posts.append(msgspec.structs.astuple(post))
        self._comments.extend(map(msgspec.structs.astuple, comments))
        self._chars += chars
        return len(self._comments) >= _BATCH_ROWS or len(self._posts) >= _BATCH_ROWS or self._chars >= _BATCH_CHARS

    async def carry(self) -> None:
        """Carry everything to the staging tables."""
        for table, columns, rows in (
            ("staged_posts", _POST_COLUMNS, self._posts),
            ("staged_comments", _COMMENT_COLUMNS, self._comments),
        ):
            if rows:
                await self._connection.copy_records_to_table(table, columns=columns, records=rows)
                rows.clear()
        self._chars = 0
