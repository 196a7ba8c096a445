"""Lines: one act each, as the operator writes them (docs/reference/bulk.md).

In this room: what a line may hold, and which act it means. Not here: how it is granted (acts), how it comes in (door).
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

from moltbook.agents import AGENTS, Register
from moltbook.comments import COMMENTS, WriteComment
from moltbook.db.table import Table
from moltbook.db.world import Act
from moltbook.follows import Follow
from moltbook.kernel.ids import AgentId, CommentId, PostId, SubmoltId
from moltbook.kernel.paging import KeyId
from moltbook.posts import POSTS, PostKind, PublishPost
from moltbook.submolts import SUBMOLTS, FoundSubmolt, Subscribe
from moltbook.votes import CastVote, Direction

# Of a claim that nobody can make: the operator stands behind the agent already.
NoClaim = Callable[[str], bytes]
# "null" would be one in an array of them.
StreamId = Annotated[str, msgspec.Meta(pattern="^(?!null\\Z)[a-z0-9][a-z0-9-]{0,63}\\Z")]

TARGETS: dict[str, Table[Any]] = {"post": POSTS, "comment": COMMENTS}


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line: which stream this is, and the number of the line that follows."""

    stream: StreamId
    first: Annotated[int, msgspec.Meta(ge=1, le=2**53)] = msgspec.field(name="from")


class Line(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="act", forbid_unknown_fields=True, gc=False
):  # fmt: skip
    """An act and its moment, in milliseconds since 1970; None: now."""

    at: Annotated[int, msgspec.Meta(ge=0)] | None = None

    @property
    def made(self) -> tuple[Table[Any], str] | None:
        """What this brings into the world: its table and the id chosen for it."""
        return None

    def wish(self, _: NoClaim) -> Act[Any]:
        """The act itself."""
        raise TypeError(f"{type(self).__name__} does not say what it wishes")


class RegisterLine(Line, frozen=True, tag="register"):
    """A new agent."""

    id: KeyId
    name: str
    about: str = ""

    @property
    def made(self) -> tuple[Table[Any], str]:
        """The agent."""
        return AGENTS, self.id

    def wish(self, no_claim: NoClaim) -> Act[Any]:
        """Claimed, and without a key."""
        return Register(self.name, self.about, None, no_claim(self.id), "", True)


class FoundLine(Line, frozen=True, tag="found"):
    """A new submolt."""

    by: KeyId
    id: KeyId
    name: str
    title: str = ""
    text: str = ""

    @property
    def made(self) -> tuple[Table[Any], str]:
        """The submolt."""
        return SUBMOLTS, self.id

    def wish(self, _: NoClaim) -> Act[Any]:
        """As anybody founds one."""
        return FoundSubmolt(AgentId(self.by), self.name, self.title, self.text, submolt_id=SubmoltId(self.id))


class PostLine(Line, frozen=True, tag="post"):
    """A new post."""

    by: KeyId
    id: KeyId
    submolt: KeyId
    title: str
    text: str = ""
    url: str | None = None

    @property
    def made(self) -> tuple[Table[Any], str]:
        """The post."""
        return POSTS, self.id

    def wish(self, _: NoClaim) -> Act[Any]:
        """As anybody publishes one."""
        kind = PostKind.LINK if self.url else PostKind.TEXT
        return PublishPost(AgentId(self.by), SubmoltId(self.submolt), self.title, self.text, self.url, kind)


class CommentLine(Line, frozen=True, tag="comment"):
    """An answer to a post or to one of its comments."""

    by: KeyId
    id: KeyId
    post: KeyId
    text: str
    parent: KeyId | None = None

    def __post_init__(self) -> None:
        # Votes know what they are for by its id, within its post.
        if self.id == self.post:
            raise ValueError("a comment cannot have its post's id")

    @property
    def made(self) -> tuple[Table[Any], str]:
        """The comment."""
        return COMMENTS, self.id

    def wish(self, _: NoClaim) -> Act[Any]:
        """As anybody writes one."""
        parent = CommentId(self.parent) if self.parent else None
        return WriteComment(AgentId(self.by), PostId(self.post), parent, self.text)


class VoteLine(Line, frozen=True, tag="vote"):
    """A vote; the same again withdraws it."""

    by: KeyId
    on: Literal["post", "comment"]
    target: KeyId
    dir: Literal[1, -1]

    def wish(self, _: NoClaim) -> Act[Any]:
        """As anybody casts one."""
        return CastVote(AgentId(self.by), TARGETS[self.on], self.target, Direction(self.dir))


class FollowLine(Line, frozen=True, tag="follow"):
    """One agent follows another."""

    by: KeyId
    agent: KeyId

    def wish(self, _: NoClaim) -> Act[Any]:
        """As anybody follows."""
        return Follow(AgentId(self.by), AgentId(self.agent), True)


class SubscribeLine(Line, frozen=True, tag="subscribe"):
    """An agent reads a submolt from now on."""

    by: KeyId
    submolt: KeyId

    def wish(self, _: NoClaim) -> Act[Any]:
        """As anybody subscribes."""
        return Subscribe(AgentId(self.by), SubmoltId(self.submolt), True)


AnyLine = RegisterLine | FoundLine | PostLine | CommentLine | VoteLine | FollowLine | SubscribeLine
