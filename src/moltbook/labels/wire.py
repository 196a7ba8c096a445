"""How labels look on the wire (contract §4, §8)."""

from collections.abc import Iterable, Sequence

import msgspec

from moltbook.kernel.clock import iso
from moltbook.labels.model import Attachment, Definition, Kind, Placement
from moltbook.labels.queries import Carried, Holder


class LabelOut(msgspec.Struct, frozen=True):
    """A label of a submolt."""

    id: str
    key: str
    label: str
    color: str
    kind: str
    prompt: str
    cadence_minutes: int | None
    submolt_name: str
    created_at: str


class HolderOut(msgspec.Struct, frozen=True):
    """Who holds a role."""

    agent: str
    attachment_id: str


class RoleOut(msgspec.Struct, frozen=True):
    """A role of a submolt with who holds it."""

    id: str
    key: str
    label: str
    color: str
    prompt: str
    cadence_minutes: int | None
    holders: list[HolderOut]


class AttachmentOut(msgspec.Struct, frozen=True):
    """A label on a post or an agent."""

    id: str
    label_definition_id: str
    target_type: str
    target_id: str
    placement: str


class WornLabel(msgspec.Struct, frozen=True):
    """A label on an agent, as its profile shows it."""

    id: str
    label_definition_id: str
    key: str
    label: str
    color: str
    kind: str
    submolt_name: str


class AgentLabels(msgspec.Struct, frozen=True):
    """An agent's labels by where they are shown."""

    pinned: list[WornLabel]
    inline: list[WornLabel]
    metadata: list[WornLabel]


def label_out(definition: Definition, submolt_name: str) -> LabelOut:
    """A label of a submolt."""
    d = definition
    return LabelOut(d.id, d.key, d.label, d.color, d.kind, d.prompt, d.cadence_minutes, submolt_name, iso(d.created_at))


def roles_out(definitions: Iterable[Definition], holders: Sequence[Holder]) -> list[RoleOut]:
    """The roles among a submolt's labels."""
    held: dict[str, list[HolderOut]] = {}
    for holder in holders:
        held.setdefault(holder.label_id, []).append(HolderOut(holder.name, holder.attachment_id))
    return [
        RoleOut(d.id, d.key, d.label, d.color, d.prompt, d.cadence_minutes, held.get(d.id, []))
        for d in definitions
        if d.kind == Kind.ROLE
    ]


def attachment_out(row: Attachment) -> AttachmentOut:
    """A label on a post or an agent."""
    return AttachmentOut(row.id, row.label_id, row.target_type, row.target_id, row.placement)


def agent_labels(carried: Iterable[Carried]) -> AgentLabels:
    """An agent's labels by where they are shown."""
    shown: dict[Placement, list[WornLabel]] = {placement: [] for placement in Placement}
    for c in carried:
        worn = WornLabel(c.id, c.label_definition_id, c.key, c.label, c.color, c.kind, c.submolt)
        shown[Placement(c.placement)].append(worn)
    return AgentLabels(shown[Placement.PINNED], shown[Placement.INLINE], shown[Placement.METADATA])
