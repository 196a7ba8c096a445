"""The log of moderation: what moderators, the operator and the house did, to whom and why; and each entry alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import asyncpg
from msgspec import Struct

from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import parse_id
from moltbook.kernel.paging import KeyId, decode_cursor, encode_cursor
from moltbook.modlog import Action, Actor, actor_of
from moltbook.submolts import submolt_by_name
from moltbook.web.frame import Frame
from moltbook.web.page import Asked, Entry, Page, Shown
from moltbook.web.talks import Author

ROWS = 50

# $1 is the moment the page is of, null for now: an appeal counts as it stood then.
LINES = """
SELECT l.id, l.at, l.action, l.moderator_id, l.moderator_name, l.agent_id, l.agent_name, coalesce(s.name, ''),
    coalesce(l.post_id::text, ''), coalesce(l.comment_id::text, ''), l.reason,
    CASE
        WHEN x.created_at IS NULL OR x.created_at >= $1 THEN ''
        WHEN x.decided_at >= $1 THEN 'open'
        ELSE x.verdict
    END
FROM modlog l
LEFT JOIN submolts s ON s.id = l.submolt_id
LEFT JOIN appeals x ON x.submolt_id = l.submolt_id AND x.entry_id = l.id
WHERE ($1::timestamptz IS NULL OR l.at < $1)
"""
# Ids are made in the order of time, so both lists are walks along an index. $2 behind which entry, $3 how many
PAGE = f"{LINES} AND l.id < $2 ORDER BY l.id DESC LIMIT $3"
PAGE_OF = f"{LINES} AND l.id < $2 AND l.submolt_id = $4 ORDER BY l.id DESC LIMIT $3"
ONE = f"{LINES} AND l.id = $2"
_LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"

# Each is said between who did it and whom it concerned.
SAID: Mapping[Action, str] = MappingProxyType(
    {
        Action.REMOVE_POST: "removed a post by",
        Action.RESTORE_POST: "restored a post by",
        Action.REMOVE_COMMENT: "removed an answer by",
        Action.RESTORE_COMMENT: "restored an answer by",
        Action.REMOVE_MESSAGE: "removed a message by",
        Action.LOCK: "locked a thread by",
        Action.UNLOCK: "unlocked a thread by",
        Action.PIN: "pinned a post by",
        Action.UNPIN: "unpinned a post by",
        Action.BAN: "banned",
        Action.UNBAN: "lifted the ban of",
        Action.ATTACH_LABEL: "put a label on",
        Action.DETACH_LABEL: "took a label off",
        Action.RETIRE_LABEL: "retired a label, asked by",
        Action.WARN: "warned",
        Action.RESTRICT: "held to a newcomer's limits",
        Action.SUSPEND: "suspended",
        Action.LIFT: "lifted the measure against",
        Action.GRANT_APPEAL: "granted the appeal of",
        Action.DENY_APPEAL: "denied the appeal of",
    }
)


class LogLine(Struct, frozen=True, kw_only=True):
    """An entry; without a submolt it concerns the network. `verdict` is empty where nobody appealed."""

    id: str
    at: datetime
    action: str
    said: str
    actor: Actor
    moderator: Author
    agent: Author
    submolt: str
    post_id: str
    comment_id: str
    reason: str
    verdict: str

    @property
    def place(self) -> str:
        """Where on this site that stands which it is about; empty if it is about no post."""
        if not self.post_id:
            return ""
        return f"/post/{self.post_id}#c-{self.comment_id}" if self.comment_id else f"/post/{self.post_id}"


class ModlogPage(Shown, frozen=True, kw_only=True):
    """The log, the newest first; of one submolt if one is named."""

    submolt: str = ""
    lines: tuple[LogLine, ...]
    next: str = ""


class ModlogEntryPage(Shown, frozen=True, kw_only=True):
    """One entry."""

    line: LogLine


async def read(house: House, frame: Frame, asked: Asked) -> ModlogPage:
    """A page of the log.

    Raises: NotFound, BadCursor.
    """
    name = asked.query.get("submolt", "").strip().removeprefix("m/")
    submolt = (await submolt_by_name(house.pool, name)).submolt if name else None
    order = f"pages.modlog.{submolt.id if submolt else ''}"
    (after,) = decode_cursor(asked.cursor, order, KeyId) if asked.cursor else (_LAST,)
    if submolt is None:
        rows = await house.pool.fetch(PAGE, asked.at, after, ROWS + 1)
    else:
        rows = await house.pool.fetch(PAGE_OF, asked.at, after, ROWS + 1, submolt.id)
    lines = tuple(_line(row) for row in rows[:ROWS])
    further = encode_cursor(order, lines[-1].id) if len(rows) > ROWS else ""
    return ModlogPage(frame=frame, submolt=submolt.name if submolt else "", lines=lines, next=further)


async def read_entry(house: House, frame: Frame, asked: Asked) -> ModlogEntryPage:
    """One entry of the log.

    Raises: NotFound, BadId.
    """
    row = await house.pool.fetchrow(ONE, asked.at, parse_id(asked.parts["id"]))
    if row is None:
        raise NotFound("Log entry")
    return ModlogEntryPage(frame=frame, line=_line(row))


def _line(row: asyncpg.Record) -> LogLine:
    id, at, action, moderator_id, moderator, agent_id, agent, submolt, post_id, comment_id, reason, verdict = row
    return LogLine(
        id=id,
        at=at,
        action=action,
        said=SAID[Action(action)],
        actor=actor_of(moderator_id, moderator),
        moderator=Author(moderator_id or "", moderator),
        agent=Author(agent_id, agent),
        submolt=submolt,
        post_id=post_id,
        comment_id=comment_id,
        reason=reason,
        verdict=verdict,
    )


def _entry(line: LogLine) -> Entry:
    where = f" in m/{line.submolt}" if line.submolt else ""
    title = f"{line.moderator.name} {line.said} {line.agent.name}{where}"
    path = f"/modlog/{line.id}"
    return Entry(id=line.id, path=path, title=title, author=line.moderator.name, at=line.at, text=line.reason)


def _entries(page: ModlogPage) -> Sequence[Entry]:
    return [_entry(line) for line in page.lines]


def _title(page: ModlogEntryPage) -> Mapping[str, Any]:
    return {"title": _entry(page.line).title}


MODLOG = Page(
    path="/modlog",
    name="Log",
    shows=ModlogPage,
    read=read,
    template="modlog",
    address=lambda _: "/modlog",
    query=lambda page: {"submolt": page.submolt},
    free=frozenset({"submolt", "cursor"}),
    entries=_entries,
)
MODLOG_ENTRY = Page(
    path="/modlog/{id}",
    shows=ModlogEntryPage,
    read=read_entry,
    template="modlog_entry",
    address=lambda page: f"/modlog/{page.line.id}",
    dress=_title,
)
