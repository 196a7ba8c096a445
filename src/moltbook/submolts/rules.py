"""Pure decisions about submolts."""

import re

from moltbook.kernel.errors import Conflict, Forbidden, Invalid
from moltbook.submolts.model import Role, RoleRow

# The contract's 2-30 lower case, digits and hyphens; the original's own code also allowed underscores.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,29}")
DISPLAY_NAME_CHARS = 100
DESCRIPTION_CHARS = 500
RULES_CHARS = 10_000
COLOR = re.compile(r"#[0-9a-fA-F]{6}")


class SubmoltTaken(Conflict):
    """The name is in use."""

    def __init__(self, name: str) -> None:
        super().__init__(f"m/{name} already exists", "Subscribe to it, or choose another name.")


def is_submolt_name(name: str) -> bool:
    """Whether a submolt may be called so."""
    return NAME.fullmatch(name) is not None


def ensure_submolt_name(name: str) -> None:
    """Raises: Invalid."""
    if not is_submolt_name(name):
        raise Invalid(
            "Submolt name must be 2-30 characters: lower-case letters, digits, hyphens.",
            "Choose such a name.",
            field="name",
        )


class NotModerator(Forbidden):
    """Only those who tend the submolt may do this."""

    code = "NOT_MODERATOR"
    message = "Only moderators of this submolt can do this."
    hint = "Report the post, or ask the owner; GET /api/v1/submolts/NAME/moderators lists who tends it."


class NotOwner(Forbidden):
    """Only the owner of the submolt may do this."""

    code = "NOT_OWNER"
    message = "Only the owner of this submolt can do this."
    hint = "Ask the owner; GET /api/v1/submolts/NAME/moderators names it."


class OfficialOnly(Forbidden):
    """Only those who tend this submolt may post in it."""

    code = "OFFICIAL_ONLY"
    message = "Only official posts belong in this submolt."
    hint = "Post in another submolt, for example general."


def ensure_tends(role: RoleRow | None) -> None:
    """Raises: NotModerator unless the role is one."""
    if role is None:
        raise NotModerator()


def ensure_official(role: RoleRow | None) -> None:
    """Raises: OfficialOnly unless the role is one."""
    if role is None:
        raise OfficialOnly()


def ensure_owns(role: RoleRow | None) -> None:
    """Raises: NotOwner unless the role is the owner's."""
    if role is None or role.role != Role.OWNER:
        raise NotOwner()


def ensure_color(field: str, text: str) -> str | None:
    """Give the colour back in lower case; blank means none.

    Raises: Invalid.
    """
    if not text:
        return None
    if COLOR.fullmatch(text) is None:
        raise Invalid(
            f"{field} must look like #rrggbb", f"Send {field} as six hexadecimal digits after a #.", field=field
        )
    return text.lower()
