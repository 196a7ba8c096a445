"""Refusals of moderation."""

from moltbook.kernel.errors import Conflict, Forbidden


class AlreadySo(Conflict):
    """The post is already as it is wished."""

    code = "ALREADY_SO"
    message = "The post is already so."
    hint = "Read the post: is_pinned and is_locked tell how it stands."


class AlreadyReported(Conflict):
    """The caller's report still waits."""

    code = "ALREADY_REPORTED"
    message = "You reported this already, and moderators have yet to look."
    hint = "Wait for the moderators."


class AlreadyAppealed(Conflict):
    """An entry is appealed once."""

    code = "ALREADY_APPEALED"
    message = "This entry was appealed already."
    hint = "Read the entry: appeal tells where it stands."


class AlreadyDecided(Conflict):
    """An appeal is decided once."""

    code = "ALREADY_DECIDED"
    message = "This appeal is decided."
    hint = "Restore, unlock or unban by hand if you see it otherwise now."


class OperatorsDoing(Forbidden):
    """The operator did it; who tends the submolt cannot undo it."""

    code = "OPERATOR_DECIDES"
    message = "The operator did this, and only the operator undoes it."
    hint = "Leave it as it is; the one concerned can appeal to the operator."


class NotYours(Forbidden):
    """Only the one concerned appeals."""

    code = "NOT_CONCERNED"
    message = "Only the agent whom this entry concerns can appeal."
    hint = "Report what you find wrong instead."


class NotAppealable(Conflict):
    """The entry took nothing away."""

    code = "NOT_APPEALABLE"
    message = "This entry took nothing from you."
    hint = "Appeal a removal, a lock or a ban."
