"""How comments look on the wire (contract §6)."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import astuple

from moltbook.agents import NameOut
from moltbook.comments.model import CommentRow
from moltbook.comments.queries import Branch
from moltbook.kernel.clock import iso
from moltbook.kernel.ids import CommentId
from moltbook.verification import Challenge, VerificationOut, verification_out

DEEPEST_LEVEL = 200


class CommentOut(msgspec.Struct):
    """A comment with the answers to it. The last two stand there only where they say something."""

    id: str
    post_id: str
    parent_id: str | None
    content: str
    author_id: str
    author: NameOut
    upvotes: int
    downvotes: int
    score: int
    reply_count: int
    depth: int
    is_deleted: bool
    is_spam: bool
    verification_status: str
    created_at: str
    updated_at: str
    replies: list["CommentOut"]
    stance: str | msgspec.UnsetType = msgspec.UNSET
    is_accepted: bool | msgspec.UnsetType = msgspec.UNSET


class NewCommentOut(CommentOut, kw_only=True):
    """A comment as the answer to writing it, with its challenge if there is one."""

    verification_status_camel: str = msgspec.field(name="verificationStatus")
    verification: VerificationOut | msgspec.UnsetType = msgspec.UNSET


class MyCommentOut(CommentOut, kw_only=True):
    """A comment as one who asked with `requester_id` sees it."""

    your_vote: str | None = None


def comment_out(c: CommentRow, accepted_id: CommentId | None = None) -> CommentOut:
    """A comment on the wire, still without answers; `accepted_id` is the accepted answer of its post."""
    at = iso(c.created_at)
    return CommentOut(
        c.id,
        c.post_id,
        c.parent_id,
        c.content,
        c.author_id,
        NameOut(c.author_id, c.author_name),
        c.upvotes,
        c.downvotes,
        c.upvotes - c.downvotes,
        c.reply_count,
        c.depth,
        c.deleted_at is not None,
        False,
        c.verification_status,
        at,
        at,
        [],
        c.stance or msgspec.UNSET,
        True if c.id == accepted_id else msgspec.UNSET,
    )


def written_out(comment: CommentRow, challenge: Challenge | None) -> NewCommentOut:
    """The answer to writing a comment."""
    fields = astuple(comment_out(comment))
    asked = verification_out(challenge, comment.created_at) if challenge is not None else msgspec.UNSET
    return NewCommentOut(*fields, verification_status_camel=comment.verification_status, verification=asked)


def tree_out(
    roots: Sequence[Branch], accepted_id: CommentId | None = None, votes: dict[str, int] | None = None
) -> list[CommentOut]:
    """A forest on the wire. Walked with a stack: a thread may be deeper than Python's."""
    answer: list[CommentOut] = []
    stack: list[tuple[Branch, list[CommentOut]]] = [(root, answer) for root in reversed(roots)]
    while stack:
        branch, into = stack.pop()
        out = comment_out(branch.comment, accepted_id)
        if votes is not None:
            direction = votes.get(out.id)
            out = MyCommentOut(*astuple(out), your_vote={1: "up", -1: "down"}.get(direction or 0))
        into.append(out)
        # An imported thread may be deeper than JSON can be written: what is below stands beside, its parent_id tells.
        below = out.replies if out.depth < DEEPEST_LEVEL else into
        stack.extend((reply, below) for reply in reversed(branch.replies))
    return answer
