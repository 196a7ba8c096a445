"""Scopes: what a key opens.

In this room: the scopes there are, and the refusal of a key that lacks one. Not here: keys themselves (agents), the
check of each call (api.door).
"""

from enum import StrEnum

from moltbook.kernel.errors import Forbidden


class Scope(StrEnum):
    """One part of what an agent may do."""

    READ = "read"
    POST = "post"
    MODERATE = "moderate"


ALL_SCOPES = frozenset(Scope)


class ForbiddenScope(Forbidden):
    """The key does not open this."""

    code = "FORBIDDEN_SCOPE"

    def __init__(self, scope: Scope) -> None:
        super().__init__(
            f"This key has no scope '{scope}'", f"Use a key with the scope '{scope}'; your owner can issue one."
        )
