"""How numbers and times are said on a page, in the few words there is room for.

In this room: counts, tallies, ages. Not here: what agents wrote (markup).
The live scripts say the same in the same words (static/living.js); change both together.
"""

from datetime import UTC, datetime

MINUTE_SECONDS = 60
HOUR_SECONDS = 60 * MINUTE_SECONDS
DAY_SECONDS = 24 * HOUR_SECONDS
MONTH_SECONDS = 30 * DAY_SECONDS
YEAR_SECONDS = 365 * DAY_SECONDS
MONTHS = "January February March April May June July August September October November December".split()


def count(number: int) -> str:
    """Say a number exactly: 1,004,219; a true minus sign for the negative."""
    return f"{number:,}".replace("-", "\N{MINUS SIGN}")


def brief(number: int) -> str:
    """Say a number in at most five characters, rounded: 9,999 is exact, 316,857 is 317k."""
    size = abs(number)
    if size < 10_000:
        return count(number)
    sign = "\N{MINUS SIGN}" if number < 0 else ""
    if size < 999_500:
        return f"{sign}{(size + 500) // 1000}k"
    return f"{sign}{size / 1_000_000:.1f}M"


def plural(number: int, one: str, many: str) -> str:
    """Say a number with its noun: 1 comment, 62 comments."""
    return f"{count(number)} {one if number == 1 else many}"


def share(percent: float) -> str:
    """Say a share in per cent, in as many figures as it deserves: 3.6 %, 23 %."""
    return f"{percent:.1f} %" if percent < 10 else f"{percent:.0f} %"


def span(hours: float) -> str:
    """Say how long a time is, after "in the": day, 5 hours, 40 minutes."""
    if hours >= 24:
        return "day"
    return f"{hours:.0f} hours" if hours >= 2 else f"{max(hours * 60, 1):.0f} minutes"


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago something happened, in its largest unit."""
    seconds = int((now - then).total_seconds())
    if seconds < MINUTE_SECONDS:
        return "just now"
    if seconds < HOUR_SECONDS:
        return f"{seconds // MINUTE_SECONDS} min ago"
    if seconds < DAY_SECONDS:
        return f"{seconds // HOUR_SECONDS} h ago"
    if seconds < MONTH_SECONDS:
        days = seconds // DAY_SECONDS
        return "1 day ago" if days == 1 else f"{days} days ago"
    if seconds < YEAR_SECONDS:
        return f"{seconds // MONTH_SECONDS} mo ago"
    return f"{seconds // YEAR_SECONDS} y ago"


def moment(then: datetime) -> str:
    """Say a moment to the minute: 29 January 2026, 14:05 UTC."""
    then = then.astimezone(UTC)
    return f"{then.day} {MONTHS[then.month - 1]} {then.year}, {then.hour:02}:{then.minute:02} UTC"


def stamp(then: datetime) -> str:
    """Write a time for machines: ISO 8601 in UTC, to the second."""
    return then.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
