"""Time: always aware, always UTC, always injected."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Spell a moment as the contract does: ISO 8601, milliseconds, Z."""
    # Four times as fast as isoformat, which asks the time zone twice; a moment is spelled several times an answer.
    text: str = msgspec.to_builtins(moment)
    return f"{text[:23]}Z" if moment.microsecond else f"{text[:19]}.000Z"
