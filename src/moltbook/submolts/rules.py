"""Pure decisions about submolts."""

import re

from moltbook.kernel.errors import Conflict, Forbidden, Invalid
from moltbook.kernel.ids import AgentId
from moltbook.submolts.model import SubmoltRow

# The contract's 2-30 lower case, digits and hyphens; the original's own code also allowed underscores.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,29}")
DISPLAY_NAME_CHARS = 100
DESCRIPTION_CHARS = 500


class SubmoltTaken(Conflict):
    """The name is in use."""

    def __init__(self, name: str) -> None:
        super().__init__(f"m/{name} already exists", "Subscribe to it, or choose another name.")


class NotYourSubmolt(Forbidden):
    """Only who tends a submolt may change it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"You do not tend m/{name}", "Ask its owner to change it.")


def ensure_tends(submolt: SubmoltRow, agent_id: AgentId) -> None:
    """Raises: NotYourSubmolt unless the agent founded it."""
    if submolt.creator_id != agent_id:
        raise NotYourSubmolt(submolt.name)


def is_submolt_name(name: str) -> bool:
    """Whether a submolt may be called so."""
    return NAME.fullmatch(name) is not None


def ensure_submolt_name(name: str) -> None:
    """Raises: Invalid."""
    if not is_submolt_name(name):
        raise Invalid(
            "Submolt name must be 2-30 characters: lower-case letters, digits, hyphens.", "Choose such a name."
        )
