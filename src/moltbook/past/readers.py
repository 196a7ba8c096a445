"""The history: a reader of the log that keeps what tallies and karma were, so that pages of the past can be shown.

Nothing but events, and what a post or comment began with, goes in, so a replay from 0 gives the same tables. Many votes
on a target within a minute are one row, and rows are written in the order of their key, a few hundred at a time.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec

from moltbook.comments import CommentRemoved, CommentRestored
from moltbook.db.table import encode_json
from moltbook.log import GATHERED, Entry, in_breaths
from moltbook.posts import PostRemoved, PostRestored, QuestionReopened, QuestionResolved
from moltbook.votes import VoteCast

PUT = """
INSERT INTO pasts (post_id, target_id, minute, upvotes, downvotes, shown)
SELECT u.post_id, u.target_id, u.minute, u.upvotes, u.downvotes, true
FROM json_to_recordset($1::json)
    AS u(post_id uuid, target_id uuid, minute timestamptz, upvotes integer, downvotes integer)
ON CONFLICT (post_id, target_id, minute) DO UPDATE
SET upvotes = excluded.upvotes, downvotes = excluded.downvotes, shown = true
"""
# Hiding something, and showing it, leaves its tallies as they were.
MARK = """
INSERT INTO pasts (post_id, target_id, minute, upvotes, downvotes, shown)
SELECT u.post_id, u.target_id, u.minute,
    coalesce(l.upvotes, p.base_upvotes, c.base_upvotes, 0),
    coalesce(l.downvotes, p.base_downvotes, c.base_downvotes, 0),
    u.shown
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::boolean[]) AS u(post_id, target_id, minute, shown)
LEFT JOIN LATERAL (
    SELECT x.upvotes, x.downvotes
    FROM pasts x
    WHERE x.post_id = u.post_id AND x.target_id = u.target_id AND x.minute <= u.minute
    ORDER BY x.minute DESC
    LIMIT 1
) l ON true
LEFT JOIN posts p ON p.id = u.target_id
LEFT JOIN comments c ON c.post_id = u.post_id AND c.id = u.target_id
ON CONFLICT (post_id, target_id, minute) DO UPDATE SET shown = excluded.shown
"""
GAIN = """
INSERT INTO karma_pasts (agent_id, minute, gained)
SELECT u.agent_id, u.minute, coalesce(l.gained, 0) + sum(u.gained) OVER (PARTITION BY u.agent_id ORDER BY u.minute)
FROM json_to_recordset($1::json) AS u(agent_id uuid, minute timestamptz, gained integer)
LEFT JOIN LATERAL (
    SELECT x.gained FROM karma_pasts x WHERE x.agent_id = u.agent_id ORDER BY x.minute DESC LIMIT 1
) l ON true
ON CONFLICT (agent_id, minute) DO UPDATE SET gained = excluded.gained
"""
ANSWER = """
INSERT INTO past_answers (post_id, minute, accepted_id)
SELECT u.post_id, u.minute, u.accepted_id
FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) AS u(post_id, minute, accepted_id)
ON CONFLICT (post_id, minute) DO UPDATE SET accepted_id = excluded.accepted_id
"""
NUMBER = """
INSERT INTO past_minutes (minute, seq)
SELECT u.minute, u.seq FROM unnest($1::timestamptz[], $2::bigint[]) AS u(minute, seq)
ON CONFLICT (minute) DO UPDATE SET seq = excluded.seq
"""
MINUTE = timedelta(minutes=1)
BEGINNING = datetime.min.replace(tzinfo=UTC)


class _Moved(msgspec.Struct, gc=False):
    """The tally of a target at the end of a minute."""

    post_id: str
    target_id: str
    minute: datetime
    upvotes: int
    downvotes: int


class _Gained(msgspec.Struct, gc=False):
    """What votes gave an agent in a minute."""

    agent_id: str
    minute: datetime
    gained: int


class _Published(msgspec.Struct, gc=False):
    """Of a post or comment that is published, what tells whether it waited."""

    post_id: str
    created_at: datetime
    comment_id: str = ""


_voted = msgspec.json.Decoder(VoteCast).decode
_published = msgspec.json.Decoder(_Published).decode
_post_removed = msgspec.json.Decoder(PostRemoved).decode
_post_restored = msgspec.json.Decoder(PostRestored).decode
_comment_removed = msgspec.json.Decoder(CommentRemoved).decode
_comment_restored = msgspec.json.Decoder(CommentRestored).decode
_resolved = msgspec.json.Decoder(QuestionResolved).decode
_reopened = msgspec.json.Decoder(QuestionReopened).decode


class _Fold:
    """What some events come to, each by the key of its row; the last one of a minute counts."""

    def __init__(self) -> None:
        self.numbers: dict[datetime, int] = {}
        self.tallies: dict[tuple[str, str, datetime], tuple[int, int]] = {}
        self.marks: dict[tuple[str, str, datetime], bool] = {}
        self.gains: dict[tuple[str, datetime], int] = {}
        self.answers: dict[tuple[str, datetime], str | None] = {}

    def rare(self, entry: Entry, minute: datetime) -> None:
        """What is no vote."""
        match entry.kind:
            case "comment.published" | "post.published":
                new = _published(entry.body)
                if new.created_at < minute:
                    key = new.post_id, new.comment_id or new.post_id
                    self.marks[*key, minute_of(new.created_at)] = False
                    self.marks[*key, minute] = True
            case "post.removed":
                post_id = _post_removed(entry.body).post_id
                self.marks[post_id, post_id, minute] = False
            case "post.restored":
                post_id = _post_restored(entry.body).post_id
                self.marks[post_id, post_id, minute] = True
            case "comment.removed":
                gone = _comment_removed(entry.body)
                self.marks[gone.post_id, gone.comment_id, minute] = False
            case "comment.restored":
                back = _comment_restored(entry.body)
                self.marks[back.post_id, back.comment_id, minute] = True
            case "question.resolved":
                answer = _resolved(entry.body)
                self.answers[answer.post_id, minute] = answer.comment_id
            case "question.reopened":
                self.answers[_reopened(entry.body).post_id, minute] = None
            case _:
                pass


class History:
    """Keeps pasts, past_answers, karma_pasts and past_minutes in step with the log."""

    name = "past"
    # Nobody asks for a minute before it is over. Votes of several seconds on one target are one row.
    pause_seconds = 5.0
    most_events = 2 * GATHERED

    def __init__(self) -> None:
        self._voted_in = BEGINNING

    async def reset(self, connection: asyncpg.Connection) -> None:
        """Forget the past."""
        self._voted_in = BEGINNING
        await connection.execute(
            "DELETE FROM pasts; DELETE FROM past_answers; DELETE FROM karma_pasts; DELETE FROM past_minutes"
        )

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Fold the events to the last state of each minute, then write that."""
        fold = _Fold()
        async for part in in_breaths(entries):
            self._fold(part, fold)
        async for numbers in in_breaths(sorted(fold.numbers.items())):
            await connection.execute(NUMBER, *columns(numbers, 2))
        async for tallies in in_breaths(sorted(fold.tallies)):
            await connection.execute(PUT, encode_json([_Moved(*key, *fold.tallies[key]) for key in tallies]))
        async for marks in in_breaths([(*key, shown) for key, shown in sorted(fold.marks.items())]):
            await connection.execute(MARK, *columns(marks, 4))
        async for gains in in_breaths(sorted(fold.gains)):
            await connection.execute(GAIN, encode_json([_Gained(*key, fold.gains[key]) for key in gains]))
        async for answers in in_breaths([(*key, fold.answers[key]) for key in sorted(fold.answers)]):
            await connection.execute(ANSWER, *columns(answers, 3))

    def _fold(self, entries: Sequence[Entry], fold: _Fold) -> None:
        numbers, tallies, gains = fold.numbers, fold.tallies, fold.gains
        minute = end = BEGINNING
        for entry in entries:
            if not minute <= entry.at <= end:
                minute = minute_of(entry.at)
                end = minute.replace(second=59, microsecond=999_999)
            numbers[minute] = entry.seq
            if entry.kind != "vote.cast":
                fold.rare(entry, minute)
                continue
            vote = _voted(entry.body)
            voted_in = self._in_order(minute)
            tallies[vote.post_id, vote.target_id, voted_in] = vote.upvotes, vote.downvotes
            gained = vote.author_id, voted_in
            gains[gained] = gains.get(gained, 0) + vote.now - vote.former

    def _in_order(self, minute: datetime) -> datetime:
        """The minute of a vote. Workers read the clock before the log puts their votes in order, so the later one of
        two may bear the earlier moment; then it counts in the other's minute, or its tally would be taken for older."""
        if minute + MINUTE == self._voted_in:
            return self._voted_in
        self._voted_in = minute
        return minute


def minute_of(moment: datetime) -> datetime:
    """The minute in which a moment lies."""
    return moment.replace(second=0, microsecond=0)


def columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    """Rows as the columns that unnest takes."""
    return [[row[i] for row in rows] for i in range(width)]
