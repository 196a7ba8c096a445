"""Filters: what a listener wishes to hear of all it may hear.

In this room: the names every transport spells them by, and what they mean once names have become ids. Not here: what
somebody may hear (audience), whom an event concerns (happening).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from moltbook.house import Group, House
from moltbook.kernel.errors import Invalid, NotFound, Unauthorized
from moltbook.kernel.ids import AgentId, parse_id

GROUPS = frozenset(map(str, Group))


class Only(StrEnum):
    """What of all this concerns the listener."""

    MINE = "mine"
    FOLLOWED = "followed"


class Filter(msgspec.Struct, frozen=True):
    """What a listener wishes; all of it must hold. Equal filters share their work."""

    groups: frozenset[str] | None = None
    submolt_id: str = ""
    agent_id: str = ""
    thread_id: str = ""
    room_id: str = ""
    only: str = ""


EVERYTHING = Filter()


async def filter_of(house: House, query: Mapping[str, Any], viewer: AgentId | None) -> Filter:
    """Read a wish as query parameters or the fields of a message spell it; names that mean no filter are left alone.

    Raises: Invalid, BadId, NotFound, Unauthorized.
    """
    only = _text(query, "only")
    if only:
        if only not in set(Only):
            raise Invalid(f"only cannot be '{only[:40]}'", "Use only=mine or only=followed.", field="only")
        if viewer is None:
            raise Unauthorized(f"only={only} needs a key.")
    thread, room = _text(query, "thread") or _text(query, "post"), _text(query, "room")
    return Filter(
        _groups(query.get("groups")),
        await _named(house, "submolt", _text(query, "submolt")),
        await _named(house, "agent", _text(query, "agent")),
        parse_id(thread) if thread else "",
        parse_id(room) if room else "",
        only,
    )


def _groups(given: object) -> frozenset[str] | None:
    if given is None or given in ("", []):
        return None
    names = given.split(",") if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Invalid("groups must be a list", "Name groups of events: posts,comments.", field="groups")
    chosen = frozenset(name.strip() for name in names)
    unknown = chosen - GROUPS
    if unknown:
        raise Invalid(
            f"There is no group '{min(unknown)[:40]}'", f"Use some of {', '.join(sorted(GROUPS))}.", field="groups"
        )
    return chosen if chosen != GROUPS else None


async def _named(house: House, kind: str, name: str) -> str:
    if not name:
        return ""
    found = await house.names.id_of(kind, name)
    if found is None:
        raise NotFound(kind.capitalize())
    return found


def _text(query: Mapping[str, Any], name: str) -> str:
    value = query.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(f"{name} must be text", f"Send {name} as text.", field=name)
    return value
