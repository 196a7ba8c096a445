"""The rules of challenges, without a database: what a number is, and what misses add up to."""

from datetime import timedelta

import pytest

from moltbook.kernel.errors import Invalid
from moltbook.verdicts.rules import hundredths_of
from moltbook.verification import ChallengeRow, NotPublished, StandingRow, ensure_published, note_miss, note_pass
from moltbook.verification.rules import MISSES_IN_A_ROW, SUSPENSION
from tests.world.clock import NOON


def standing():
    return StandingRow("a", False, 0, 0, 0, "", None)


def challenge(opened_at=NOON):
    return ChallengeRow("a", "d", "post", "p", 100, "open", opened_at, opened_at + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("answer", "hundredths"),
    [
        ("15", 1500),
        ("15.00", 1500),
        (15, 1500),
        (15.004, 1500),
        ("2.675", 268),
        ("-0.5", -50),
        (" 7.5 ", 750),
        ("1e2", 10_000),
    ],
)
def test_an_answer_is_read_to_two_decimals(answer, hundredths):
    assert hundredths_of(answer) == hundredths


@pytest.mark.parametrize("answer", ["", "x", "nan", "inf", "1e9", "1,5", "0x1", "1_0", "1" * 50, float("inf")])
def test_what_is_no_number_is_refused(answer):
    with pytest.raises(Invalid):
        hundredths_of(answer)


def test_the_tenth_miss_in_a_row_suspends_and_clears_the_count():
    agent = standing()
    assert [note_miss(agent, challenge(), NOON) for _ in range(MISSES_IN_A_ROW)] == [False] * 9 + [True]
    assert (agent.missed, agent.offences, agent.suspended_until) == (0, 1, NOON + SUSPENSION)


def test_a_pass_clears_the_count():
    agent = standing()
    for _ in range(9):
        note_miss(agent, challenge(), NOON)
    note_pass(agent)
    assert (agent.missed, agent.passed) == (0, 1)


def test_what_was_opened_before_the_end_of_a_suspension_never_counts_again():
    agent = standing()
    agent.suspended_until = NOON
    before, after = challenge(NOON - timedelta(seconds=1)), challenge(NOON)
    assert [note_miss(agent, before, NOON + timedelta(hours=1)) for _ in range(50)] == [False] * 50
    assert agent.missed == 0
    note_miss(agent, after, NOON + timedelta(hours=1))
    assert agent.missed == 1


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_what_is_not_verified_takes_nothing(status):
    ensure_published("verified", "post")
    with pytest.raises(NotPublished):
        ensure_published(status, "post")
