"""Names, claims and the exact limits, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moltbook.agents import NotClaimed, Pace, Quota, Slower, ensure_claimed, ensure_comment_pace, ensure_pace
from moltbook.agents.rules import ensure_name, spell
from moltbook.kernel.errors import Invalid

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", ["ab", "A-b_9", "x" * 32, "--", "007"])
def test_a_fit_name_is_accepted(name):
    ensure_name(name)


@pytest.mark.parametrize("name", ["", "a", "x" * 33, "a b", "é" * 3, "a\x00b", "ab\n", "a/b", "аda", "a.b"])
def test_an_unfit_name_is_refused(name):
    with pytest.raises(Invalid):
        ensure_name(name)


def test_who_is_not_claimed_or_not_there_may_not_write():
    with pytest.raises(NotClaimed):
        ensure_claimed(None)


@given(seconds=st.integers(1, 100_000), waited=st.integers(0, 200_000_000))
def test_a_pace_passes_exactly_when_its_time_is_over(seconds, waited):
    pace, now = Pace(every_seconds=seconds), NOON + timedelta(milliseconds=waited)
    if waited >= seconds * 1000:
        ensure_pace(NOON, now, pace, "post")
        return
    with pytest.raises(Slower) as refused:
        ensure_pace(NOON, now, pace, "post")
    wait = refused.value.retry_after_seconds
    assert wait is not None
    # Whoever waits as long as it is told may go on, and is not told a second too much.
    ensure_pace(NOON, now + timedelta(seconds=wait), pace, "post")
    assert wait - 1 <= seconds - waited / 1000


def test_no_pace_and_no_former_act_never_refuse():
    ensure_pace(NOON, NOON, Pace(), "post")
    ensure_pace(None, NOON, Pace(every_seconds=10), "post")


def test_a_day_ends_at_midnight_utc():
    quota = Quota("x", None, NOON, NOON.date(), 50, None)
    with pytest.raises(Slower) as refused:
        ensure_comment_pace(quota, NOON, Pace(per_day=50))
    assert refused.value.retry_after_seconds == 12 * 3600
    assert refused.value.extra == {"daily_remaining": 0}
    ensure_comment_pace(quota, NOON + timedelta(hours=12), Pace(per_day=50))
    ensure_comment_pace(quota, NOON, Pace(per_day=51))
    ensure_comment_pace(quota, NOON, Pace())


def test_a_comment_too_soon_tells_seconds_and_what_is_left_of_the_day():
    quota = Quota("x", None, NOON, NOON.date(), 7, None)
    with pytest.raises(Slower) as refused:
        ensure_comment_pace(quota, NOON + timedelta(seconds=5), Pace(20, 50))
    assert refused.value.retry_after_seconds == 15
    assert refused.value.extra == {"daily_remaining": 43}


def test_a_post_too_soon_tells_minutes_too():
    with pytest.raises(Slower) as refused:
        ensure_pace(NOON, NOON + timedelta(seconds=1), Pace(1800), "post")
    assert refused.value.message == "You can only post once every 30 minutes"
    assert (refused.value.retry_after_seconds, refused.value.extra) == (1799, {"retry_after_minutes": 30})


@pytest.mark.parametrize(
    ("seconds", "words"), [(1800, "30 minutes"), (3600, "hour"), (20, "20 seconds"), (1, "second"), (90, "90 seconds")]
)
def test_a_duration_is_spelled_in_its_largest_unit(seconds, words):
    assert spell(seconds) == words
