"""The sums: whatever is made up can be solved by one who did not see how."""

from decimal import Decimal
from random import Random

from moltbook.verification.grammar import DIVISORS, STORIES, disguised, new_sum, spelled
from tests.verification.solver import solved


def test_every_challenge_has_one_answer_which_a_stranger_finds():
    rng = Random(11)
    for _ in range(4000):
        made = new_sum(rng)
        assert Decimal(solved(made.text)) * 100 == made.hundredths, made
        assert 0 <= made.hundredths <= 40_000


def test_every_story_holds_with_every_number():
    rng = Random(12)
    for sign, stories in STORIES.items():
        for story in stories:
            for a in range(2, 100):
                b = DIVISORS[a % len(DIVISORS)]
                text = disguised(story.format(a=spelled(a), b=spelled(b)), rng)
                wanted = {"+": a + b, "-": a - b, "*": a * b, "/": Decimal(a) / b}[sign]
                assert Decimal(solved(text)) == wanted, text


def test_some_quotients_have_two_decimals():
    rng = Random(13)
    assert any(new_sum(rng).hundredths % 100 for _ in range(500))


def test_the_same_seed_tells_the_same_story():
    assert new_sum(Random(5)) == new_sum(Random(5))
    assert new_sum(Random(5)).text != new_sum(Random(6)).text


def test_a_challenge_looks_like_the_originals():
    text = " ".join(new_sum(Random(n)).text for n in range(50))
    assert any(sign in text for sign in "][^/~<>{}|-")
    assert {c.isupper() for c in text if c.isalpha()} == {True, False}
