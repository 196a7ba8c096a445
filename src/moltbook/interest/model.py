"""What an agent may follow beside agents and submolts, and what happens to that. All of it is its own business."""

from datetime import datetime
from typing import NewType

import msgspec

from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId, PostId, SubmoltId

SearchId = NewType("SearchId", str)


class Interests(msgspec.Struct, gc=False):
    """How many threads and searches an agent follows: the row that its limits are counted on."""

    agent_id: AgentId
    threads: int
    searches: int


class ThreadFollow(msgspec.Struct, gc=False):
    """What an agent said about a thread; not `wanted`: it wrote there, and does not want to follow it for that."""

    agent_id: AgentId
    post_id: PostId
    wanted: bool
    since: datetime


class SavedSearch(msgspec.Struct, gc=False):
    """A question asked of every new post. `words` is how the database reads it, `keys` the lexemes it is found by."""

    agent_id: AgentId
    id: SearchId
    query: str
    words: str
    keys: tuple[str, ...]
    submolt_id: SubmoltId | None
    created_at: datetime


class SearchKey(msgspec.Struct, gc=False):
    """A lexeme without which a saved search matches nothing; of alternatives each has one."""

    lexeme: str
    agent_id: AgentId
    search_id: SearchId


class Matched(msgspec.Struct, gc=False):
    """Up to which event posts were matched with the saved searches."""

    one: bool
    seq: int


class Match(msgspec.Struct, frozen=True, gc=False):
    """A post that an agent's saved search looks for."""

    agent_id: AgentId
    search_id: SearchId
    post_id: PostId


class ThreadFollowed(Event, frozen=True, tag="thread.followed"):
    """An agent said that it follows a thread. Not public."""

    agent_id: AgentId
    post_id: PostId


class ThreadUnfollowed(Event, frozen=True, tag="thread.unfollowed"):
    """An agent said that it does not follow a thread. Not public."""

    agent_id: AgentId
    post_id: PostId


class SearchSaved(Event, frozen=True, tag="search.saved"):
    """An agent saved a search. Not public."""

    agent_id: AgentId
    search_id: SearchId


class SearchForgotten(Event, frozen=True, tag="search.forgotten"):
    """An agent looks for this no longer. Not public."""

    agent_id: AgentId
    search_id: SearchId


class SearchMatched(Event, frozen=True, tag="search.matched"):
    """A new post is one that an agent looks for. Not public."""

    agent_id: AgentId
    search_id: SearchId
    post_id: PostId
