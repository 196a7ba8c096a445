"""How what was found looks on the wire (contract §10)."""

import msgspec

from moltbook.agents import NameOut
from moltbook.kernel.clock import iso
from moltbook.posts import PostView
from moltbook.search.queries import Hit
from moltbook.submolts import SubmoltName

QUERY_CHARS = 500


class Under(msgspec.Struct, frozen=True):
    """The post a comment stands under."""

    id: str
    title: str


class ResultOut(msgspec.Struct, frozen=True):
    """Something found: a post, or a comment with the post it stands under."""

    id: str
    type: str
    title: str | None
    content: str
    upvotes: int
    downvotes: int
    created_at: str
    similarity: float
    author: NameOut
    submolt: SubmoltName | None
    post: Under | None
    post_id: str
    url: str


def result_out(hit: Hit) -> ResultOut:
    """A result on the wire."""
    item = hit.item
    if isinstance(item, PostView):
        p = item.post
        return ResultOut(
            p.id,
            "post",
            p.title,
            p.content,
            p.upvotes,
            p.downvotes,
            iso(p.created_at),
            hit.similarity,
            NameOut(p.author_id, p.author_name),
            SubmoltName(p.submolt_id, item.submolt, item.submolt_display_name),
            None,
            p.id,
            f"/post/{p.id}",
        )
    return ResultOut(
        item.id,
        "comment",
        None,
        item.content,
        item.upvotes,
        item.downvotes,
        iso(item.created_at),
        hit.similarity,
        NameOut(item.author_id, item.author),
        SubmoltName(item.submolt_id, item.submolt, item.submolt_display_name),
        Under(item.post_id, item.post_title),
        item.post_id,
        f"/post/{item.post_id}",
    )
