"""Marks: what a post shows of its labels, and a submolt of its tags, beside the row that is read anyway."""

from collections.abc import Iterable

import msgspec

from moltbook.db.world import World
from moltbook.labels.model import Attachment, Definition, Kind
from moltbook.posts import POST_LABELS, LabelMark
from moltbook.submolts import SUBMOLT_TAGS, SubmoltRow, SubmoltTags, Tag

_decode = msgspec.json.Decoder(list[LabelMark]).decode
_encode = msgspec.json.Encoder().encode


def put_mark(world: World, attachment: Attachment, definition: Definition) -> None:
    """Show a label on a post, once, where it now belongs."""
    mark = LabelMark(
        attachment.id,
        definition.id,
        definition.key,
        definition.label,
        definition.color,
        definition.kind,
        attachment.placement,
    )
    marks = _marks(world, attachment.target_id)
    if any(former.id == mark.id for former in marks):
        marks = [mark if former.id == mark.id else former for former in marks]
    else:
        marks.append(mark)
    _put_marks(world, attachment.target_id, marks)


def take_mark(world: World, attachment: Attachment) -> None:
    """Show a label on a post no longer."""
    post_id = attachment.target_id
    _put_marks(world, post_id, [mark for mark in _marks(world, post_id) if mark.id != attachment.id])


def put_tags(world: World, submolt: SubmoltRow, definitions: Iterable[Definition]) -> None:
    """Show those who post which tags their submolt has, the oldest first."""
    tags = [
        Tag(row.id, row.key, row.label, row.color)
        for row in sorted(definitions, key=lambda row: (row.created_at, row.id))
        if row.kind == Kind.TAG
    ]
    submolt.tags = _encode(tags).decode()
    world[SUBMOLT_TAGS].touch(SubmoltTags(submolt.id, submolt.tags))


def _marks(world: World, post_id: str) -> list[LabelMark]:
    written = world[POST_LABELS].rows[post_id].labels
    return _decode(written) if written else []


def _put_marks(world: World, post_id: str, marks: list[LabelMark]) -> None:
    row = world[POST_LABELS].rows[post_id]
    row.labels = _encode(marks).decode() if marks else None
    world[POST_LABELS].touch(row)
