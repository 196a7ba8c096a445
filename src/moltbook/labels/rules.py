"""Pure decisions about labels: how they may be worded, what they may hang on, when a briefing is due."""

import re
from datetime import datetime, timedelta

from moltbook.kernel.errors import Conflict, Invalid
from moltbook.kernel.text import checked
from moltbook.labels.model import Attachment, Definition, Kind, TargetType, Wording

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LABEL_CHARS = 40
PROMPT_CHARS = 2000
# Thirty days.
MOST_MINUTES = 43_200
MOST_LABELS = 50
MOST_ATTACHED = 10
# Places are keys: whoever takes one that is taken meanwhile looks again, so the numbers above are exact.
LABEL_PLACES = range(1, MOST_LABELS + 1)
PLACES = range(1, MOST_ATTACHED + 1)


class LabelTaken(Conflict):
    """The submolt has a label with this key."""

    code = "LABEL_TAKEN"
    message = "This submolt has a label with this key."
    hint = "Use the label that is there, or choose another key."


class LabelsFull(Conflict):
    """All the labels a submolt may have are defined."""

    code = "LABELS_FULL"
    message = f"A submolt can have at most {MOST_LABELS} labels."
    hint = "Use one of those that are there."


class AttachmentsFull(Conflict):
    """Nothing more hangs there."""

    code = "ATTACHMENTS_FULL"
    message = f"A post or agent can have at most {MOST_ATTACHED} labels."
    hint = "Detach one of them first."


def ensure_wording(wording: Wording) -> Wording:
    """Give it back as it may be stored.

    Raises: Invalid.
    """
    if KEY.fullmatch(wording.key) is None:
        raise Invalid(
            "key must be 1-40 characters: lower-case letters, digits, underscores, hyphens",
            "Choose such a key, for example solved.",
            field="key",
        )
    return Wording(
        wording.key,
        checked("label", wording.label, at_most=LABEL_CHARS, at_least=1),
        wording.color,
        wording.kind,
        checked("prompt", wording.prompt, at_most=PROMPT_CHARS),
        wording.cadence_minutes,
    )


def ensure_fits(definition: Definition, target: TargetType) -> None:
    """Raises: Invalid where a role should hang on a post, or anything else on an agent."""
    wanted = TargetType.AGENT if definition.kind == Kind.ROLE else TargetType.POST
    if target is not wanted:
        raise Invalid(
            f"A label of kind {definition.kind} cannot hang on this",
            f"Attach it to {'an agent' if wanted is TargetType.AGENT else 'a post'}: send target_type {wanted}.",
        )


def is_due(attachment: Attachment, cadence_minutes: int | None, now: datetime) -> bool:
    """Whether the holder is to be told the prompt again; a role without a cadence tells it once."""
    if attachment.told_at is None:
        return True
    return cadence_minutes is not None and attachment.told_at + timedelta(minutes=cadence_minutes) <= now
