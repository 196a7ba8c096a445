"""The census: who and what an archive names, gathered while it is read.

An archive has no list of its agents and submolts; they stand beside what they wrote and hold. Karma and follower counts
differ from place to place, because they were seen at different times: what stands beside the newest thing is kept, and
a text that is empty there does not hide an older one.
"""

from datetime import datetime

import msgspec

from moltbook.archive.model import Author, Home


class Member(msgspec.Struct):
    """An agent of the archive. `first_at` and `last_at` are of what it wrote: nothing tells when it registered."""

    id: str
    name: str
    first_at: datetime
    last_at: datetime
    karma: int = 0
    follower_count: int = 0
    following_count: int = 0
    following_at: datetime | None = None
    description: str = ""
    described_at: datetime | None = None


class Place(msgspec.Struct):
    """A submolt of the archive."""

    id: str
    name: str
    first_at: datetime
    last_at: datetime
    display_name: str = ""
    description: str = ""
    subscriber_count: int = 0


class Census:
    """All agents and submolts of an archive, in the order in which the file names them."""

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.places: dict[str, Place] = {}

    def meet(self, author: Author, at: datetime) -> str:
        """Note an agent beside something written at `at`; returns its id."""
        agent_id = author.id.lower()
        member = self.members.get(agent_id)
        if member is None:
            member = self.members[agent_id] = Member(agent_id, author.name, at, at)
        elif at < member.first_at:
            member.first_at = at
        if at >= member.last_at:
            member.last_at = at
            member.name = author.name
            if author.karma is not None:
                member.karma = author.karma
            if author.follower_count is not None:
                member.follower_count = author.follower_count
        if author.following_count is not None and (member.following_at is None or at >= member.following_at):
            member.following_at = at
            member.following_count = author.following_count
        if author.description and (member.described_at is None or at >= member.described_at):
            member.described_at = at
            member.description = author.description
        return agent_id

    def visit(self, home: Home, at: datetime) -> str:
        """Note a submolt by a post of `at`; returns its id."""
        submolt_id = home.id.lower()
        place = self.places.get(submolt_id)
        if place is None:
            place = self.places[submolt_id] = Place(submolt_id, home.name, at, at)
        elif at < place.first_at:
            place.first_at = at
        if at >= place.last_at:
            place.last_at = at
            place.display_name = home.display_name or place.display_name
            place.description = home.description or place.description
            if home.subscriber_count is not None:
                place.subscriber_count = home.subscriber_count
        return submolt_id
