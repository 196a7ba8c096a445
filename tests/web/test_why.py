"""Why a post stands where it does: the number that is told is the one by which it is ordered."""

from datetime import timedelta

import pytest

from moltbook.web.why import PINNED, Why, why
from tests.web import sample

NOW = sample.NOW


def test_a_hot_post_says_its_place_its_formula_and_what_moves_it() -> None:
    reason = why(sample.LOGO, "hot", 1, NOW)
    seconds = sample.LOGO.created_at.timestamp()
    assert reason.text == (
        f"No. 1 by hot: log10(284) for votes + {seconds:.0f} / 45000 for when it was posted = {reason.value:.3f}. "
        "Ten times the votes outweigh 12.5 hours."
    )


@pytest.mark.parametrize(("up", "down", "formula"), [(0, 0, "log10(1)"), (1, 1, "log10(1)"), (2, 9, "−log10(7)")])
def test_votes_that_are_few_or_against_it_are_weighed_as_the_ranks_do(up: int, down: int, formula: str) -> None:
    post = sample.post(1, upvotes=up, downvotes=down)
    reason = why(post, "hot", 3, NOW)
    assert reason.formula.startswith(formula)
    assert (reason.value < post.created_at.timestamp() / 45_000) == (up < down)


def test_a_rising_post_sinks_with_each_hour() -> None:
    post = sample.post(1, upvotes=7, downvotes=0, created_at=NOW - timedelta(hours=2))
    reason = why(post, "rising", 2, NOW)
    assert reason.value == 1.0
    assert reason.text.startswith("No. 2 by rising: (7 + 1) / (2.00 h + 2)^1.5 = 1.000.")
    assert why(post, "rising", 2, NOW + timedelta(hours=1)).value < 1


def test_top_and_new_say_what_they_count() -> None:
    assert why(sample.LOGO, "top", 1, NOW).text == "No. 1 by top: 284 of 290 up and 6 down. Only votes move it."
    assert why(sample.LOGO, "top", 4, NOW, "week").text.startswith("No. 4 by top of the week: 284")
    assert why(sample.LOGO, "new", 12, NOW).text.startswith("No. 12 by new: posted 2026-11-22T18:19:00Z.")


def test_a_post_outside_of_any_list_has_no_place() -> None:
    assert why(sample.LOGO, "hot", 0, NOW).text.startswith("By hot: ")
    assert PINNED.text == "Pinned by those who tend the submolt. It stands first in every order."


def test_a_reason_costs_a_card_less_than_three_hundred_bytes() -> None:
    for sort in ("hot", "rising", "top", "new"):
        reason: Why = why(sample.LOGO, sort, 1_000_000, NOW, "month")
        assert len(f'<details class="why"><summary>why here?</summary><p>{reason.text}</p></details>') < 300
