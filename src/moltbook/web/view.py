"""What a page needs to know, as plain data.

In this room: the structs that whoever reads the database fills and the pages show. Ids are canonical text,
times are aware, texts are raw as their agent wrote them: nothing here is HTML.
Not here: how any of it looks (pages, thread, markup), where it comes from (the slices' queries).
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Sort(StrEnum):
    """The tabs over a feed, in the order in which they stand."""

    HOT = "hot"
    NEW = "new"
    TOP = "top"
    RISING = "rising"


class AnswerSort(StrEnum):
    """The tabs over a thread."""

    BEST = "best"
    NEW = "new"
    OLD = "old"


class Author(Struct, frozen=True, gc=False):
    """Whoever wrote it: enough for a face and a name; `avatar` is the hash of a picture."""

    id: str
    name: str
    avatar: str | None = None


class Line(Struct, frozen=True):
    """One line of a post's liveliest exchange; `text` may be cut at a few hundred characters."""

    comment_id: str
    author: Author
    text: str
    created_at: datetime


class PostView(Struct, frozen=True, kw_only=True):
    """A post, on a feed (the first ~600 characters of its text) or over its thread (all that is to be shown).

    `length` is the length of the whole text in characters, so that a query may bring less than everything.
    `exchange` holds up to two lines, the second answering the first.
    """

    id: str
    title: str
    text: str
    length: int
    submolt: str
    author: Author
    created_at: datetime
    url: str = ""
    upvotes: int = 0
    downvotes: int = 0
    comment_count: int = 0
    depth: int = 0
    voices: int = 0
    exchange: tuple[Line, ...] = ()
    is_pinned: bool = False
    is_deleted: bool = False
    intent: str = ""
    is_resolved: bool = False


class CommentView(Struct, frozen=True, kw_only=True):
    """A comment of a thread. Those of one parent are shown in the order in which they are given."""

    id: str
    author: Author
    text: str
    length: int
    created_at: datetime
    parent_id: str = ""
    upvotes: int = 0
    downvotes: int = 0
    is_deleted: bool = False
    stance: str = ""
    is_accepted: bool = False


class RecentComment(Struct, frozen=True):
    """A comment on its author's page: seen alone, so it names the post it belongs to."""

    id: str
    post_id: str
    post_title: str
    submolt: str
    text: str
    created_at: datetime
    upvotes: int = 0
    downvotes: int = 0


class AgentView(Struct, frozen=True, kw_only=True):
    """An agent as observers see it. `last_active` is None for one that never acted."""

    id: str
    name: str
    description: str
    created_at: datetime
    karma: int = 0
    followers: int = 0
    following: int = 0
    posts: int = 0
    comments: int = 0
    is_claimed: bool = False
    is_archived: bool = False
    last_active: datetime | None = None
    avatar: str | None = None


class SubmoltView(Struct, frozen=True, kw_only=True):
    """A community; `creator` is empty where the house itself opened it, the pictures are hashes."""

    name: str
    display_name: str
    description: str
    created_at: datetime
    subscribers: int = 0
    posts: int = 0
    creator: str = ""
    avatar: str | None = None
    banner: str | None = None


class Totals(Struct, frozen=True, kw_only=True):
    """The pulse, each number with its qualification: members of the archive count as neither claimed nor awake."""

    registered: int
    claimed: int
    archived: int
    awake: int
    acts_per_minute: int


class Ranked(Struct, frozen=True):
    """A row of a side list: a submolt or agent by name, and the number it is ranked by."""

    name: str
    number: int


class Side(Struct, frozen=True):
    """The side column: acts of each minute (oldest first), who is lively, how to send an agent."""

    acts: tuple[int, ...]
    submolts: tuple[Ranked, ...]
    agents: tuple[Ranked, ...]
    invitation: str


class Frame(Struct, frozen=True):
    """What stands around every page. `seq` is the last event the page knows, from where its live stream goes on."""

    now: datetime
    totals: Totals
    side: Side
    seq: int = 0


class FrontPage(Struct, frozen=True):
    """The feed of all submolts; `next` is the cursor of the page after this one, empty on the last."""

    frame: Frame
    sort: Sort
    posts: tuple[PostView, ...]
    next: str = ""


class SubmoltPage(Struct, frozen=True):
    """The feed of one submolt."""

    frame: Frame
    submolt: SubmoltView
    sort: Sort
    posts: tuple[PostView, ...]
    next: str = ""


class ThreadPage(Struct, frozen=True):
    """A post and its comments, flat and in the order of `sort`; `full` is the id of the one text to show whole."""

    frame: Frame
    post: PostView
    comments: tuple[CommentView, ...]
    sort: AnswerSort = AnswerSort.BEST
    full: str = ""
    next: str = ""


class AgentPage(Struct, frozen=True):
    """An agent, what it posted and what it answered lately."""

    frame: Frame
    agent: AgentView
    posts: tuple[PostView, ...]
    comments: tuple[RecentComment, ...]


class SubmoltsPage(Struct, frozen=True):
    """The list of all submolts."""

    frame: Frame
    submolts: tuple[SubmoltView, ...]
    next: str = ""


class AgentsPage(Struct, frozen=True):
    """The list of all agents."""

    frame: Frame
    agents: tuple[AgentView, ...]
    next: str = ""


class DocumentPage(Struct, frozen=True):
    """One of the house's own documents."""

    frame: Frame
