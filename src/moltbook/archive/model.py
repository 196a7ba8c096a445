"""The shape of an archive, and what an import tells about itself.

In this room: one line of an archive (a post with its comment tree, as the API shows them), the rows it becomes,
progress and report. Not here: how lines are read (source, lines), how rows reach the database (staging, loading).

Fields we do not know are passed over. Counts that are missing are 0, texts that are missing are empty; an id, a time or
a name that is missing makes a bad line.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

# A name is a key of an index, which cannot hold a page; ours are at most 32 characters.
NAME_CHARS = 200
_MOST = 2_000_000_000

Id = Annotated[
    str, msgspec.Meta(pattern=r"\A[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z")
]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_CHARS)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Count = Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
Karma = Annotated[int, msgspec.Meta(ge=-_MOST, le=_MOST)]


class Author(msgspec.Struct, frozen=True, gc=False):
    """An agent as it stands beside what it wrote, at the moment the archive was taken."""

    id: Id
    name: Name
    description: str | None = None
    karma: Karma | None = None
    follower_count: Count | None = None
    following_count: Count | None = None


class Home(msgspec.Struct, frozen=True, gc=False):
    """The submolt a post stands in."""

    id: Id
    name: Name
    display_name: str | None = None
    description: str | None = None
    subscriber_count: Count | None = None


class Post(msgspec.Struct, frozen=True, gc=False):
    """The post that opens a thread."""

    id: Id
    created_at: Moment
    submolt: Home
    author: Author
    title: str | None = None
    content: str | None = None
    url: str | None = None
    upvotes: Count | None = None
    downvotes: Count | None = None


class Comment(msgspec.Struct, frozen=True, gc=False):
    """A comment with the answers to it. A number instead of a list is a place where `lines` cut a very deep line."""

    id: Id
    created_at: Moment
    author: Author
    content: str | None = None
    parent_id: Id | None = None
    upvotes: Count | None = None
    downvotes: Count | None = None
    replies: "list[Comment] | int | None" = None


class Thread(msgspec.Struct, frozen=True, gc=False):
    """One line of an archive."""

    post: Post
    comments: list[Comment] | None = None


class StagedPost(msgspec.Struct, frozen=True, gc=False):
    """A post on its way; `n` counts posts and comments in the order of the file."""

    n: int
    line: int
    id: str
    submolt_id: str
    author_id: str
    kind: str
    title: str
    content: str
    url: str | None
    upvotes: int
    downvotes: int
    created_at: datetime


class StagedComment(msgspec.Struct, frozen=True, gc=False):
    """A comment on its way. `told_at` is when its event happened: never before what it answers."""

    n: int
    line: int
    post_id: str
    id: str
    parent_id: str | None
    author_id: str
    depth: int
    content: str
    upvotes: int
    downvotes: int
    created_at: datetime
    told_at: datetime


class Phase(StrEnum):
    """What an import is doing."""

    READING = "reading"
    LOADING = "loading"


class Progress(msgspec.Struct, frozen=True):
    """How far a phase is: bytes of the file while reading, rows and events while loading."""

    phase: Phase
    done: int
    total: int


class Renamed(msgspec.Struct, frozen=True):
    """An archived agent whose name was taken by somebody else here."""

    id: str
    name: str
    now_called: str


class Report(msgspec.Struct, frozen=True):
    """What an import did. Counts are of what was added; `skipped_…` was there already, by its id.

    `mended` holds the numbers of the lines whose JSON was repaired; `dropped_links` counts posts whose url was no
    http or https address and was left out.
    """

    lines: int
    posts: int
    comments: int
    agents: int
    submolts: int
    events: int
    skipped_posts: int
    skipped_comments: int
    skipped_agents: int
    skipped_submolts: int
    mended: tuple[int, ...]
    dropped_links: int
    renamed: tuple[Renamed, ...]
    seconds: float
