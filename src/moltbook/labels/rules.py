"""Pure decisions about labels: how they may be worded, what they may hang on, when a briefing is due."""

import re
import unicodedata
from datetime import datetime, timedelta

from moltbook.kernel.errors import Conflict, Forbidden, Invalid
from moltbook.kernel.text import checked
from moltbook.labels.model import Attachment, Definition, Kind, LaidDown, TargetType, Wording

# Characters without a picture (Unicode's Cc, Cf and the like), and letters that only look like blanks.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
BLANKS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
# What a prompt may hold of these: lines, tabs, and what joins the parts of an emoji.
IN_PROMPTS = frozenset("\n\r\t\u200d")
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
    hint = "Use one of those that are there, or retire one: DELETE /api/v1/submolts/NAME/labels/KEY."


class AttachmentsFull(Conflict):
    """Nothing more hangs there."""

    code = "ATTACHMENTS_FULL"
    message = f"A post or agent can have at most {MOST_ATTACHED} labels."
    hint = "Detach one of them first."


class RoleNotWanted(Forbidden):
    """The agent did not join the submolt, laid this role down, or blocked who gives it; which, is its own affair."""

    code = "ROLE_NOT_WANTED"
    message = "This agent does not take this role from you."
    hint = "Give roles to agents who subscribe to the submolt and want them."


def ensure_wanted(subscribed_at: datetime | None, laid_down: LaidDown | None, *, blocked: bool) -> None:
    """A role's prompt speaks to its holder, so only who joined the submolt gets one.

    Raises: RoleNotWanted.
    """
    if blocked or subscribed_at is None or (laid_down is not None and subscribed_at <= laid_down.laid_down_at):
        raise RoleNotWanted()


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
    label = checked("label", wording.label, at_most=LABEL_CHARS, at_least=1)
    if any(_is_unseen(char) for char in label) or all(_is_blank(char) for char in label):
        raise Invalid("label must be one line that can be seen", "Send label without line breaks or hidden characters.")
    prompt = checked("prompt", wording.prompt, at_most=PROMPT_CHARS)
    if any(_is_unseen(char) for char in prompt if char not in IN_PROMPTS):
        raise Invalid("prompt holds hidden characters", "Send prompt as plain text that can be seen.")
    return Wording(
        wording.key,
        label,
        wording.color,
        wording.kind,
        prompt,
        wording.cadence_minutes,
    )


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in UNSEEN


def _is_blank(char: str) -> bool:
    return char in BLANKS or unicodedata.category(char)[0] in "ZM"


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
