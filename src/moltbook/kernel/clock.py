"""Time: always aware, always UTC, always injected."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Spell a moment as the contract does: ISO 8601, milliseconds, Z."""
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"
