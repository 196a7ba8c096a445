"""Who is told of what: a reader of the log that writes notifications.

An answer tells the authors of everything above it, the post's author and whom it names; each once, by the first of
these reasons, and never the one who acts. A row with a topic gathers: ten upvotes of a post are one row with a count.

Whoever wrote in a thread follows it. A busy thread has hundreds of followers, so its newest comment is written down
once and each of them finds it when it looks (queries).

Only events go in (the words behind a mention are read from the post or comment, and a deletion takes its rows along),
so a replay from 0 gives the same rows. What an archive brings is history, not news: archived members are not told and
tell nobody. What a moderator takes away is told no longer, and told anew when it comes back; what was said under a post
meanwhile is not. Who answers a request, reads a conversation or blocks somebody needs to be told of it no longer.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from moltbook.comments import CommentDeleted, CommentPublished, CommentRemoved, CommentRestored
from moltbook.follows import Followed
from moltbook.interest import SearchMatched
from moltbook.log import Entry, in_breaths
from moltbook.measures import MeasureTaken, Step
from moltbook.messages import (
    AgentBlocked,
    MessageAnswered,
    MessageRequested,
    MessageSent,
    MessagesRead,
    conversation_of,
)
from moltbook.modlog import NETWORK
from moltbook.notifications.model import Kind
from moltbook.notifications.rooms import RoomNews
from moltbook.posts import PostDeleted, PostPublished, PostRemoved, PostRestored, QuestionReopened, QuestionResolved
from moltbook.votes import Direction, VoteCast

# Those who are told can wait longer than those who write.
PART = 200
REST_SHARE = 2.0
# One text names at most so many; the rest is shouting.
MENTIONS = 10

# Everything here is reached by key; statistics of a young or just imported network would tempt to read whole tables.
BY_KEY = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"

NAMED = rf"""
CROSS JOIN LATERAL (
    SELECT DISTINCT lower(m[1]) AS name
    FROM regexp_matches({{words}}, '(?:^|[^A-Za-z0-9_@./-])@([A-Za-z0-9_-]{{{{2,32}}}})(?![A-Za-z0-9_-])', 'g') AS m
    ORDER BY 1
    LIMIT {MENTIONS}
) w
JOIN names k ON k.kind = 'agent' AND k.name = w.name
"""

# `told` must offer: seq, at, writer, agent_id, kind, post_id, comment_id, rank.
PUT = """
INSERT INTO notifications (agent_id, seq, kind, from_id, post_id, comment_id, count, created_at)
SELECT DISTINCT ON (t.agent_id, t.seq) t.agent_id, t.seq, t.kind, t.writer, t.post_id, t.comment_id, 1, t.at
FROM told t
JOIN agents a ON a.id = t.agent_id AND NOT a.archived
WHERE t.agent_id <> t.writer
ORDER BY t.agent_id, t.seq, t.rank
"""
# What gathers; `told` must offer: seq, at, writer, agent_id, kind, post_id, topic, count, one row a topic.
GATHER = """
INSERT INTO notifications (agent_id, seq, kind, from_id, post_id, topic, count, created_at)
SELECT t.agent_id, t.seq, t.kind, t.writer, t.post_id, t.topic, t.count, t.at
FROM told t
JOIN agents a ON a.id = t.agent_id AND NOT a.archived
ORDER BY t.agent_id, t.seq
ON CONFLICT (agent_id, kind, topic) WHERE topic IS NOT NULL DO UPDATE
SET seq = excluded.seq, from_id = excluded.from_id, count = excluded.count, created_at = excluded.created_at
"""

# $1 seq, $2 at, $3 writer, $4 post, $5 comment, $6 the comment it answers
TELL_COMMENTS = f"""
WITH RECURSIVE news AS (
    SELECT u.*
    FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[])
        AS u(seq, at, writer, post_id, comment_id, parent_id)
    JOIN agents a ON a.id = u.writer AND NOT a.archived
), above AS (
    SELECT n.seq, n.at, n.writer, n.post_id, n.comment_id, c.author_id, c.parent_id
    FROM news n
    JOIN comments c ON c.post_id = n.post_id AND c.id = n.parent_id
    UNION ALL
    SELECT b.seq, b.at, b.writer, b.post_id, b.comment_id, c.author_id, c.parent_id
    FROM above b
    JOIN comments c ON c.post_id = b.post_id AND c.id = b.parent_id
), told AS (
    SELECT seq, at, writer, author_id AS agent_id, '{Kind.COMMENT_REPLY}' AS kind, post_id, comment_id, 1 AS rank
    FROM above
    UNION ALL
    SELECT n.seq, n.at, n.writer, p.author_id, '{Kind.POST_COMMENT}', n.post_id, n.comment_id, 2
    FROM news n
    JOIN posts p ON p.id = n.post_id
    UNION ALL
    SELECT n.seq, n.at, n.writer, k.id, '{Kind.MENTION}', n.post_id, n.comment_id, 3
    FROM news n
    JOIN comments c ON c.post_id = n.post_id AND c.id = n.comment_id AND c.content LIKE '%@%'
    {NAMED.format(words="c.content")}
), newest AS (
    INSERT INTO thread_news (post_id, seq, from_id, comment_id, created_at)
    SELECT DISTINCT ON (n.post_id) n.post_id, n.seq, n.writer, n.comment_id, n.at
    FROM news n
    ORDER BY n.post_id, n.seq DESC
    ON CONFLICT (post_id) DO UPDATE
    SET seq = excluded.seq, from_id = excluded.from_id, comment_id = excluded.comment_id,
        created_at = excluded.created_at
)
{PUT}
"""
# $1 seq, $2 at, $3 writer, $4 post
TELL_POSTS = f"""
WITH told AS (
    SELECT u.seq, u.at, u.writer, k.id AS agent_id, '{Kind.MENTION}' AS kind, u.post_id, NULL::uuid AS comment_id,
        1 AS rank
    FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::uuid[]) AS u(seq, at, writer, post_id)
    JOIN agents b ON b.id = u.writer AND NOT b.archived
    JOIN posts p ON p.id = u.post_id AND (p.title LIKE '%@%' OR p.content LIKE '%@%')
    {NAMED.format(words="p.title || ' ' || p.content")}
)
{PUT}
"""
# $1 seq, $2 at, $3 who looks for it, $4 post. It may have been taken back before it was matched.
TELL_MATCHES = f"""
WITH told AS (
    SELECT u.seq, u.at, p.author_id AS writer, u.agent_id, '{Kind.SEARCH_MATCH}' AS kind, p.id AS post_id,
        NULL::uuid AS comment_id, 1 AS rank
    FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::uuid[]) AS u(seq, at, agent_id, post_id)
    JOIN posts p ON p.id = u.post_id AND p.deleted_at IS NULL
)
{PUT}
"""
# $1 seq, $2 at, $3 voter, $4 author, $5 post, $6 upvotes
TELL_UPVOTES = f"""
WITH told AS (
    SELECT u.seq, u.at, u.writer, u.agent_id, '{Kind.POST_UPVOTE}' AS kind, u.post_id,
        u.post_id AS topic, u.count
    FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int[])
        AS u(seq, at, writer, agent_id, post_id, count)
)
{GATHER}
"""
# $1 seq, $2 at, $3 follower, $4 followee
TELL_FOLLOWS = f"""
WITH told AS (
    SELECT u.seq, u.at, u.writer, u.agent_id, '{Kind.NEW_FOLLOWER}' AS kind, NULL::uuid AS post_id,
        u.writer AS topic, 1 AS count
    FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::uuid[]) AS u(seq, at, writer, agent_id)
)
{GATHER}
"""
# $1 seq, $2 at, $3 who was warned; the operator is no agent.
TELL_WARNINGS = f"""
WITH told AS (
    SELECT u.*, '{NETWORK}'::uuid AS writer, '{Kind.WARNING}' AS kind, NULL::uuid AS post_id, NULL::uuid AS comment_id,
        1 AS rank
    FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[]) AS u(seq, at, agent_id)
)
{PUT}
"""
# $1 seq, $2 at, $3 who asked, $4 who answered, $5 post, $6 comment
TELL_ANSWERS = f"""
WITH told AS (
    SELECT u.*, '{Kind.ANSWER_ACCEPTED}' AS kind, 1 AS rank
    FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[])
        AS u(seq, at, writer, agent_id, post_id, comment_id)
)
{PUT}
"""
# $1 post, $2 when its answer changed
DROP_ANSWERS = f"""
DELETE FROM notifications n
USING unnest($1::uuid[], $2::bigint[]) AS u(post_id, seq)
WHERE n.post_id = u.post_id AND n.kind = '{Kind.ANSWER_ACCEPTED}' AND n.seq < u.seq
"""
# $1 seq, $2 at, $3 writer, $4 who is written to, $5 dm_request or dm, $6 conversation
TELL_MESSAGES = f"""
WITH told AS (
    SELECT u.seq, u.at, u.writer, u.agent_id, u.kind, NULL::uuid AS post_id, u.topic, 1 AS count
    FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[])
        AS u(seq, at, writer, agent_id, kind, topic)
)
{GATHER}
"""
# $1 who has read, $2 dm_request or dm, $3 conversation, $4 when
DROP_MESSAGES = """
DELETE FROM notifications n
USING unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[]) AS u(agent_id, kind, topic, seq)
WHERE n.agent_id = u.agent_id AND n.kind = u.kind AND n.topic = u.topic AND n.seq < u.seq
"""
# $1 post, $2 comment, $3 when it went: a removed one may come back and be told anew
DROP_COMMENTS = """
WITH gone AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS u(post_id, comment_id, seq)
), news AS (
    DELETE FROM thread_news n
    USING gone g
    WHERE n.post_id = g.post_id AND n.comment_id = g.comment_id AND n.seq < g.seq
)
DELETE FROM notifications n
USING gone g
WHERE n.post_id = g.post_id AND n.comment_id = g.comment_id AND n.seq < g.seq
"""
# What comments answer, which the event of their return does not say; $1 posts, $2 comments
PARENTS = """
SELECT c.id, c.parent_id
FROM unnest($1::uuid[], $2::uuid[]) AS u(post_id, comment_id)
JOIN comments c ON c.post_id = u.post_id AND c.id = u.comment_id
"""
# $1 posts, $2 when they went: a removed one may come back and be talked of again
DROP_POSTS = """
WITH gone AS (
    SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS u(post_id, seq)
), news AS (
    DELETE FROM thread_news n USING gone g WHERE n.post_id = g.post_id AND n.seq < g.seq
)
DELETE FROM notifications n USING gone g WHERE n.post_id = g.post_id AND n.seq < g.seq
"""
FORGET = "DELETE FROM notifications; DELETE FROM thread_news"

_Row = tuple[int | datetime | str | None, ...]

_commented = msgspec.json.Decoder(CommentPublished).decode
_published = msgspec.json.Decoder(PostPublished).decode
_matched = msgspec.json.Decoder(SearchMatched).decode
_voted = msgspec.json.Decoder(VoteCast).decode
_followed = msgspec.json.Decoder(Followed).decode
_asked = msgspec.json.Decoder(MessageRequested).decode
_answered = msgspec.json.Decoder(MessageAnswered).decode
_sent = msgspec.json.Decoder(MessageSent).decode
_blocked = msgspec.json.Decoder(AgentBlocked).decode
_read = msgspec.json.Decoder(MessagesRead).decode
_comment_deleted = msgspec.json.Decoder(CommentDeleted).decode
_post_deleted = msgspec.json.Decoder(PostDeleted).decode
_comment_removed = msgspec.json.Decoder(CommentRemoved).decode
_resolved = msgspec.json.Decoder(QuestionResolved).decode
_reopened = msgspec.json.Decoder(QuestionReopened).decode
_post_removed = msgspec.json.Decoder(PostRemoved).decode
_comment_restored = msgspec.json.Decoder(CommentRestored).decode
_post_restored = msgspec.json.Decoder(PostRestored).decode
_measured = msgspec.json.Decoder(MeasureTaken).decode


class Notifications:
    """Keeps notifications in step with the log."""

    name = "notifications"
    pause_seconds = 0.5
    most_events = 2000

    async def reset(self, connection: asyncpg.Connection) -> None:
        """Forget all notifications; what agents have read stays theirs."""
        await connection.execute(FORGET)

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Sort the events by what they tell, write each kind set-wise, then take away what was deleted."""
        comments: list[_Row] = []
        posts: list[_Row] = []
        matches: list[_Row] = []
        upvotes: dict[str, _Row] = {}
        follows: dict[tuple[str, str], _Row] = {}
        messages: dict[tuple[str, str, str], _Row] = {}
        seen: list[_Row] = []
        answers: list[_Row] = []
        settled: list[_Row] = []
        warnings: list[_Row] = []
        back: list[tuple[str, str]] = []
        gone_comments: list[tuple[str, str, int]] = []
        gone_posts: list[tuple[str, int]] = []
        rooms = RoomNews(NAMED)
        async for part in in_breaths(entries):
            for entry in part:
                match entry.kind:
                    case "comment.published":
                        c = _commented(entry.body)
                        comments.append((entry.seq, entry.at, c.author_id, c.post_id, c.comment_id, c.parent_id))
                    case "vote.cast":
                        v = _voted(entry.body)
                        if v.target_id == v.post_id and v.now == Direction.UP:
                            row = (entry.seq, entry.at, entry.actor_id, v.author_id, v.post_id, v.upvotes)
                            upvotes[v.post_id] = row
                    case "post.published":
                        p = _published(entry.body)
                        posts.append((entry.seq, entry.at, p.author_id, p.post_id))
                    case "search.matched":
                        m = _matched(entry.body)
                        matches.append((entry.seq, entry.at, m.agent_id, m.post_id))
                    case "agent.followed":
                        f = _followed(entry.body)
                        key = (f.follower_id, f.followee_id)
                        follows[key] = (entry.seq, entry.at, *key)
                    case "message.requested":
                        a = _asked(entry.body)
                        to = (a.asked_id, Kind.DM_REQUEST, a.conversation_id)
                        messages[to] = (entry.seq, entry.at, a.asker_id, *to)
                    case "message.answered":
                        y = _answered(entry.body)
                        seen.append((y.asked_id, Kind.DM_REQUEST, y.conversation_id, entry.seq))
                    case "message.sent":
                        s = _sent(entry.body)
                        to = (s.receiver_id, Kind.DM, s.conversation_id)
                        messages[to] = (entry.seq, entry.at, s.sender_id, *to)
                    case "message.read":
                        r = _read(entry.body)
                        seen.append((r.reader_id, Kind.DM, r.conversation_id, entry.seq))
                    case "message.blocked":
                        b = _blocked(entry.body)
                        talk = conversation_of(b.agent_id, b.blocked_id)
                        both = (b.agent_id, b.blocked_id)
                        seen += [(who, kind, talk, entry.seq) for who in both for kind in (Kind.DM_REQUEST, Kind.DM)]
                    case "question.resolved":
                        q = _resolved(entry.body)
                        answers.append((entry.seq, entry.at, entry.actor_id, q.author_id, q.post_id, q.comment_id))
                        settled.append((q.post_id, entry.seq))
                    case "question.reopened":
                        settled.append((_reopened(entry.body).post_id, entry.seq))
                    case "measure.taken":
                        taken = _measured(entry.body)
                        if taken.step is Step.WARN:
                            warnings.append((entry.seq, entry.at, taken.agent_id))
                    case "comment.deleted":
                        gone = _comment_deleted(entry.body)
                        gone_comments.append((gone.post_id, gone.comment_id, entry.seq))
                    case "comment.removed":
                        removed = _comment_removed(entry.body)
                        gone_comments.append((removed.post_id, removed.comment_id, entry.seq))
                    case "comment.restored":
                        cr = _comment_restored(entry.body)
                        back.append((cr.post_id, cr.comment_id))
                        comments.append((entry.seq, entry.at, cr.author_id, cr.post_id, cr.comment_id, None))
                    case "post.restored":
                        pr = _post_restored(entry.body)
                        posts.append((entry.seq, entry.at, pr.author_id, pr.post_id))
                    case "post.deleted":
                        gone_posts.append((_post_deleted(entry.body).post_id, entry.seq))
                    case "post.removed":
                        gone_posts.append((_post_removed(entry.body).post_id, entry.seq))
                    case _:
                        rooms.hear(entry)
        await connection.execute(BY_KEY)
        if back:
            above = dict(await connection.fetch(PARENTS, *zip(*back, strict=True)))
            comments = [(*row[:5], above.get(row[4], row[5])) for row in comments]
        steps: tuple[tuple[str, Sequence[_Row]], ...] = (
            (TELL_COMMENTS, comments),
            (TELL_POSTS, posts),
            (TELL_MATCHES, matches),
            (TELL_UPVOTES, list(upvotes.values())),
            (TELL_FOLLOWS, list(follows.values())),
            (TELL_MESSAGES, list(messages.values())),
            (TELL_WARNINGS, warnings),
            (DROP_MESSAGES, seen),
            (DROP_COMMENTS, gone_comments),
            # After these: what is removed opens its question again, and what came back may be accepted anew.
            (TELL_ANSWERS, answers),
            (DROP_ANSWERS, settled),
            *rooms.parts(),
        )
        for sql, rows in steps:
            async for few in in_breaths(rows, PART, REST_SHARE):
                await connection.execute(sql, *(list(column) for column in zip(*few, strict=True)))
        if gone_posts:
            await connection.execute(DROP_POSTS, *zip(*gone_posts, strict=True))
