"""Every measure against societies small enough to be counted by hand."""

import numpy as np
import pytest

from moltbook.lab import Verdict
from moltbook.lab.attention import gini
from moltbook.lab.catalogue import CATALOGUE
from moltbook.lab.model import Counts, Group
from moltbook.lab.society import NOBODY, Gathering, depths
from tests.archive.archives import comment, thread
from tests.lab.societies import found_in, four_threads, read, report_of

# Of `four_threads`: the value and of how many.
BY_HAND = {
    "unanswered_posts": (1 / 4, 4),
    "unanswered_comments": (5 / 7, 7),
    "depth": (10 / 7, 7),
    "thread_depth": (5 / 3, 3),
    "flat": (2 / 3, 3),
    "author_returns": (2 / 3, 3),
    # ben→ada, ada→ben, cyd→ada, dan→cyd
    "reciprocity_answers": (2 / 4, 4),
    "reciprocity_posts": (2 / 4, 4),
    # ada and ben both ways, ada and cyd; cyd and dan; ada and ben
    "reciprocity_threads": (1 / 4, 4),
    # 3, 4, 2 and 2 things; 1, 2 and 1 posts; 2, 2, 1 and 2 comments
    "gini_activity": (7 / 44, 4),
    "gini_posts": (1 / 6, 3),
    "gini_comments": (3 / 28, 4),
    # 6, 2, 0 and 0; one has all of seven
    "gini_post_votes": (5 / 8, 4),
    "gini_comment_votes": (6 / 7, 7),
    "zero_votes": (6 / 7, 7),
    "repeated": (0, 11),
    "repeated_by_one": (0, 11),
    "repeated_by_several": (0, 11),
}


def test_a_society_counted_by_hand(tmp_path):
    report = report_of(read(tmp_path, four_threads()))
    assert report.counts == Counts(agents=4, submolts=2, posts=4, comments=7)
    assert (report.first_at.minute, report.last_at.minute) == (0, 10)
    found = found_in(report)
    assert {key: (found[key].value, found[key].n) for key in BY_HAND} == {
        key: (pytest.approx(value), n) for key, (value, n) in BY_HAND.items()
    }
    for value in found.values():
        assert value is None or value.low is None or value.low <= value.value <= value.high
    # No thread has five comments and nobody wrote ten texts.
    assert {key for key, value in found.items() if value is None} == {"flat_busy", "attribution"}


def test_measured_again_it_is_the_same(tmp_path):
    first, second = (report_of(read(tmp_path, four_threads())) for _ in range(2))
    assert first.measures == second.measures


def test_every_measure_has_its_definition_and_its_place():
    keys = [definition.key for definition in CATALOGUE]
    assert len({*keys}) == len(keys)
    groups = [definition.group for definition in CATALOGUE]
    assert groups == sorted(groups, key=[*Group].index)
    for definition in CATALOGUE:
        assert definition.rule
        assert bool(definition.null_word) == bool(definition.null_rule)
        # Repeated texts have no model of chance; everything else has.
        assert definition.null_rule or definition.key.startswith("repeated")


def test_a_society_without_a_post_has_no_values():
    report = report_of(Gathering().society())
    assert report.counts == Counts(0, 0, 0, 0)
    assert report.first_at is None
    assert {*found_in(report).values()} == {None}


def test_posts_nobody_answers_are_no_trouble(tmp_path):
    found = found_in(report_of(read(tmp_path, [thread("p", "ada", 0), thread("q", "ben", 1)])))
    assert found["unanswered_posts"].value == 1
    assert found["gini_activity"].value == 0
    assert found["reciprocity_answers"] is None


def test_repeated_texts_are_told_apart_by_how_many_wrote_them(tmp_path):
    lines = [
        thread("p", "ada", 0, *(comment(f"a{n}", "ben", n, content=f"  Buy {' ' * n}NOW\n") for n in range(3))),
        thread(
            "q", "ada", 5, comment("b", "cyd", 6, content="hear, hear"), comment("c", "ada", 7, content="buy later")
        ),
        thread("r", "ada", 8, comment("d", "dan", 9, content="Hear, hear"), comment("e", "dan", 10, content=" \n")),
    ]
    found = found_in(report_of(read(tmp_path, lines)))
    # Three of one, two of two, and an empty one that is no message.
    assert (found["repeated"].value, found["repeated"].n) == (5 / 9, 9)
    assert found["repeated_by_one"].value == 3 / 9
    assert found["repeated_by_several"].value == 2 / 9


def test_the_gini_index_is_half_the_mean_difference_over_the_mean():
    random = np.random.default_rng(3)
    for size in (1, 2, 7, 400):
        values = random.integers(0, 30, size) + 1
        apart = np.abs(values[:, None] - values[None, :]).mean()
        assert gini(values) == pytest.approx(apart / (2 * values.mean()))


def test_depths_follow_the_way_up_and_end_where_it_is_lost():
    assert depths(np.array([NOBODY, 0, 1, 2, NOBODY, 3])).tolist() == [1, 2, 3, 4, 1, 5]
    # The parent of the second is not there; the last two stand below each other.
    assert depths(np.array([NOBODY, 5, 1, 4, 3])).tolist() == [1, 0, 0, 0, 0]
    assert depths(np.array([NOBODY, 0, NOBODY]), np.array([True, False, False])).tolist() == [0, 0, 1]
    long = np.arange(-1, 9_999)
    assert depths(long).tolist() == list(range(1, 10_001))


def flock(sizes, rng, writers):
    """Threads of so many comments, each by one of so many writers, all on the post."""
    return [
        thread(
            f"p{n}",
            f"w{rng.integers(writers)}",
            n * 100,
            *(comment(f"p{n}c{c}", f"w{rng.integers(writers)}", n * 100 + c + 1) for c in range(size)),
        )
        for n, size in enumerate(sizes)
    ]


def test_null_models_give_what_chance_gives(tmp_path):
    rng = np.random.default_rng(5)
    report = report_of(read(tmp_path, flock([9] * 60, rng, 30)))
    found = found_in(report)
    harmonic = np.array([sum(1 / k for k in range(1, n + 1)) for n in range(1, 10)])
    # The k-th comment of a thread that is wired by chance stands 1 + 1/2 + … + 1/k deep, and stays without an answer
    # with the chance that all later ones answer something else.
    assert found["depth"].null.value == pytest.approx(harmonic.mean(), rel=0.05)
    lonely = np.mean([np.prod([1 - 1 / (later + 1) for later in range(k, 9)]) for k in range(1, 10)])
    assert found["unanswered_comments"].null.value == pytest.approx(lonely, rel=0.05)
    assert found["unanswered_posts"].null.value == pytest.approx((1 - 1 / 60) ** 540, abs=0.01)
    # 540 comments by 30 agents on posts by 30: everyone spoke to nearly half of the others.
    assert found["reciprocity_answers"].null.value == pytest.approx(found["reciprocity_answers"].value, abs=0.1)
    assert found["author_returns"].null.value == pytest.approx((29 / 30) ** 9, abs=0.05)
    assert found["zero_votes"].null.value == 1
    # Writers who were drawn by chance look like chance, and threads in which nobody is answered do not.
    verdicts = {measured.definition.key: measured.verdict for measured in report.measures}
    assert verdicts["reciprocity_answers"] is verdicts["author_returns"] is verdicts["gini_activity"] is Verdict.LIKE
    assert verdicts["flat"] is Verdict.ABOVE
    assert verdicts["depth"] is Verdict.BELOW


def test_who_answers_its_answers_is_far_beyond_chance(tmp_path):
    # In every thread two who meet nowhere else answer each other.
    lines = [
        thread(f"p{n}", f"a{n}", n * 10, comment(f"c{n}", f"b{n}", n * 10 + 1, comment(f"d{n}", f"a{n}", n * 10 + 2)))
        for n in range(40)
    ]
    report = report_of(read(tmp_path, lines))
    found = found_in(report)
    assert found["reciprocity_answers"].value == 1
    assert found["reciprocity_answers"].null.value < 0.1
    assert found["reciprocity_posts"].value == 0
    assert found["author_returns"].value == 0
    [verdict] = [m.verdict for m in report.measures if m.definition.key == "reciprocity_answers"]
    assert verdict is Verdict.ABOVE
