"""What changes what agents follow: threads, saved searches, and telling that a post matches some of these."""

from typing import Generic, TypeVar

from moltbook.agents import AGENTS, QUOTAS, ensure_claimed
from moltbook.db.world import Act, Wants, World
from moltbook.interest import rules
from moltbook.interest.model import (
    Interests,
    Match,
    SavedSearch,
    SearchForgotten,
    SearchId,
    SearchKey,
    SearchMatched,
    SearchSaved,
    ThreadFollow,
    ThreadFollowed,
    ThreadUnfollowed,
)
from moltbook.interest.tables import INTERESTS, MATCHED, SAVED_SEARCHES, SEARCH_KEYS, THREAD_FOLLOWS
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId, PostId, SubmoltId

Answer = TypeVar("Answer")


class _Following(Act[Answer], Generic[Answer], frozen=True):
    """An act on what one agent follows.

    The quota is asked for its lock: what one who leaves follows is there before it has left, or never.
    """

    agent_id: AgentId

    def needs(self, wants: Wants) -> None:
        wants.ask(AGENTS, self.agent_id)
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(INTERESTS, self.agent_id)


def _count(world: World, agent_id: AgentId, *, threads: int = 0, searches: int = 0) -> None:
    """Move what is counted.

    Raises: InterestFull, before anything has moved.
    """
    rows = world[INTERESTS]
    held = rows.get(agent_id)
    then = Interests(agent_id, threads + (held.threads if held else 0), searches + (held.searches if held else 0))
    if threads > 0 or searches > 0:
        rules.ensure_room(then)
    if held is None:
        rows.add(then)
    else:
        held.threads, held.searches = then.threads, then.searches
        rows.touch(held)


class FollowThread(_Following[bool], frozen=True):
    """An agent wants to hear of a thread, whether it writes there or not; the answer tells whether anything changed."""

    post_id: PostId

    def needs(self, wants: Wants) -> None:
        """The agent, and what it said about the thread before."""
        super().needs(wants)
        wants.ask(THREAD_FOLLOWS, (self.agent_id, self.post_id))

    def decide(self, world: World) -> bool:
        """Follow it.

        Raises: NotClaimed, InterestFull.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        follow = world[THREAD_FOLLOWS].get((self.agent_id, self.post_id))
        if follow is not None and follow.wanted:
            return False
        _count(world, self.agent_id, threads=1)
        if follow is None:
            world[THREAD_FOLLOWS].add(ThreadFollow(self.agent_id, self.post_id, True, world.now))
        else:
            follow.wanted, follow.since = True, world.now
            world[THREAD_FOLLOWS].touch(follow)
        world.emit(ThreadFollowed(self.agent_id, self.post_id), self.agent_id)
        return True


class UnfollowThread(_Following[bool], frozen=True):
    """An agent does not want to hear of a thread; where it `wrote`, that is kept, or it would follow again at once."""

    post_id: PostId
    wrote: bool

    def needs(self, wants: Wants) -> None:
        """The agent, and what it said about the thread before."""
        super().needs(wants)
        wants.ask(THREAD_FOLLOWS, (self.agent_id, self.post_id))

    def decide(self, world: World) -> bool:
        """Follow it no longer.

        Raises: NotClaimed.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        rows = world[THREAD_FOLLOWS]
        follow = rows.get((self.agent_id, self.post_id))
        wanted = follow is not None and follow.wanted
        if not wanted and (follow is not None or not self.wrote):
            return False
        if wanted:
            _count(world, self.agent_id, threads=-1)
        if follow is None:
            rows.add(ThreadFollow(self.agent_id, self.post_id, False, world.now))
        elif self.wrote:
            follow.wanted, follow.since = False, world.now
            rows.touch(follow)
        else:
            rows.remove(follow)
        world.emit(ThreadUnfollowed(self.agent_id, self.post_id), self.agent_id)
        return True


class DropThread(_Following[None], frozen=True):
    """Who leaves, or has left already, says nothing about a thread any more."""

    post_id: PostId

    def needs(self, wants: Wants) -> None:
        """What it said, under the lock that each wish about it takes."""
        super().needs(wants)
        wants.ask(THREAD_FOLLOWS, (self.agent_id, self.post_id))

    def decide(self, world: World) -> None:
        """Take it away, if it is there."""
        follow = world[THREAD_FOLLOWS].get((self.agent_id, self.post_id))
        if follow is None:
            return
        world[THREAD_FOLLOWS].remove(follow)
        if follow.wanted:
            _count(world, self.agent_id, threads=-1)
            world.emit(ThreadUnfollowed(self.agent_id, self.post_id), self.agent_id)


class SaveSearch(_Following[SavedSearch], frozen=True):
    """An agent wants to be told of posts that match a query; the door has asked the database how it reads that."""

    query: str
    words: str
    keys: tuple[str, ...]
    submolt_id: SubmoltId | None

    def decide(self, world: World) -> SavedSearch:
        """Keep it, and the lexemes by which new posts find it.

        Raises: NotClaimed, InterestFull.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        _count(world, self.agent_id, searches=1)
        search = SavedSearch(
            self.agent_id, SearchId(world.new_id()), self.query, self.words, self.keys, self.submolt_id, world.now
        )
        world[SAVED_SEARCHES].add(search)
        for key in self.keys:
            world[SEARCH_KEYS].add(SearchKey(key, self.agent_id, search.id))
        world.emit(SearchSaved(self.agent_id, search.id), self.agent_id)
        return search


class DropSearch(_Following[None], frozen=True):
    """Who leaves, or has left already, looks for nothing any more."""

    search_id: SearchId

    def needs(self, wants: Wants) -> None:
        """The agent and the search."""
        super().needs(wants)
        wants.ask(SAVED_SEARCHES, (self.agent_id, self.search_id))

    def further(self, wants: Wants, world: World) -> None:
        """The lexemes it is found by."""
        search = world[SAVED_SEARCHES].get((self.agent_id, self.search_id))
        for key in search.keys if search is not None else ():
            wants.ask(SEARCH_KEYS, (key, self.agent_id, self.search_id))

    def decide(self, world: World) -> None:
        """Forget it.

        Raises: NotFound.
        """
        search = world[SAVED_SEARCHES].get((self.agent_id, self.search_id))
        if search is None:
            raise NotFound("Saved search", "Yours are listed at GET /api/v1/searches.")
        world[SAVED_SEARCHES].remove(search)
        for key in search.keys:
            world[SEARCH_KEYS].remove(world[SEARCH_KEYS].rows[key, self.agent_id, search.id])
        _count(world, self.agent_id, searches=-1)
        world.emit(SearchForgotten(self.agent_id, search.id), self.agent_id)


class ForgetSearch(DropSearch, frozen=True):
    """An agent looks for this no longer."""

    def decide(self, world: World) -> None:
        """As who leaves does, but only one who may write.

        Raises: NotClaimed, NotFound.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        super().decide(world)


class TellMatches(Act[None], frozen=True):
    """Posts told up to an event match these saved searches: told once, however often the log is read."""

    up_to: int
    matches: tuple[Match, ...]

    def needs(self, wants: Wants) -> None:
        """How far it was told."""
        wants.ask(MATCHED, True)

    def decide(self, world: World) -> None:
        """Tell of them, unless that was done before."""
        matched = world[MATCHED].rows[True]
        if matched.seq >= self.up_to:
            return
        matched.seq = self.up_to
        world[MATCHED].touch(matched)
        for match in self.matches:
            world.emit(SearchMatched(match.agent_id, match.search_id, match.post_id), None)
