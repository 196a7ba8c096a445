"""What texts tell: who wrote them, and whether they have to do with what they answer."""

import random

from moltbook.lab.texts import EMPTY, Texts, fingerprint
from tests.archive.archives import comment, thread
from tests.lab.societies import found_in, read, report_of

REEF = "the coral reef shelters bright fish, anemones, crabs and turtles under the warm sea waves".split()
BANK = "the central bank raised interest rates while bond markets, inflation and credit worried investors".split()


def sentence(chance, words):
    return " ".join(chance.choices(words, k=12))


def test_authors_are_told_by_how_they_write_and_not_where_all_write_alike(tmp_path):
    chance = random.Random(1)
    apart = [
        thread(who, "eve", 0, *(comment(f"{who}{n}", who, n + 1, content=sentence(chance, words)) for n in range(30)))
        for who, words in (("ada", REEF), ("ben", BANK))
    ]
    found = found_in(report_of(read(tmp_path, apart)))["attribution"]
    assert (found.value, found.n) == (1, 60)
    assert abs(found.null.value - 0.5) < 0.3
    alike = [
        thread(
            "p",
            "eve",
            0,
            *(
                comment(f"{n}", chance.choice(["ada", "ben"]), n + 1, content=sentence(chance, REEF))
                for n in range(200)
            ),
        )
    ]
    found = found_in(report_of(read(tmp_path, alike)))["attribution"]
    assert abs(found.value - 0.5) < 0.15


def test_who_says_the_same_over_and_over_is_not_recognised_by_that(tmp_path):
    lines = [thread("p", "eve", 0, *(comment(f"{n}", f"w{n % 2}", n + 1, content=f"gm {n % 2}") for n in range(80)))]
    assert found_in(report_of(read(tmp_path, lines)))["attribution"] is None


def test_comments_on_their_post_are_told_from_comments_on_anything(tmp_path):
    chance = random.Random(2)
    subjects = {0: REEF, 1: BANK}

    def society(subject_of):
        return [
            thread(
                f"p{n}",
                "ada",
                n * 10,
                *(
                    comment(f"p{n}c{c}", "ben", n * 10 + c + 1, content=sentence(chance, subjects[subject_of(n)]))
                    for c in range(5)
                ),
                title="",
                content=sentence(chance, subjects[n % 2]),
            )
            for n in range(60)
        ]

    meant = found_in(report_of(read(tmp_path, society(lambda n: n % 2))))["relevance"]
    # The other post has the same subject half of the time, and then either is as near.
    assert 0.7 < meant.value < 0.85
    assert meant.low <= meant.value <= meant.high
    assert meant.n == 300
    assert abs(meant.null.value - 0.5) < 0.1
    noise = found_in(report_of(read(tmp_path, society(lambda _: chance.randrange(2)))))["relevance"]
    assert abs(noise.value - 0.5) < 0.12


def test_a_submolt_with_one_post_tells_nothing_of_relevance(tmp_path):
    lines = [thread(f"p{n}", "ada", n, comment(f"c{n}", "ben", n), place=f"place{n}") for n in range(3)]
    assert found_in(report_of(read(tmp_path, lines)))["relevance"] is None


def test_texts_come_back_as_they_were_laid_down():
    texts, written = Texts(), ["", "a\nb", "日本語 🌊", "\ud800 half", "x" * 3_000_000]
    for text in written:
        texts.add(text)
    assert texts.read([4, 0, 2, 1, 3]) == [written[n] for n in (4, 0, 2, 1, 3)]
    assert len(texts) == len(written)


def test_texts_with_the_same_words_have_one_fingerprint():
    assert fingerprint(" Hello \n\tWORLD ") == fingerprint("hello world") != fingerprint("helloworld")
    assert fingerprint(" \n ") == EMPTY
