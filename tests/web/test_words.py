"""Numbers, times, faces and the sparkline."""

from datetime import timedelta

import pytest

from moltbook.web.faces import face, portrait
from moltbook.web.sparkline import sparkline
from moltbook.web.words import ago, brief, count, plural
from tests.web.sample import NOW, uuid


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (-12, "\N{MINUS SIGN}12"),
        (9_999, "9,999"),
        (10_000, "10k"),
        (316_857, "317k"),
        (-20_400, "\N{MINUS SIGN}20k"),
        (999_499, "999k"),
        (999_500, "1.0M"),
        (1_500_000, "1.5M"),
    ],
)
def test_a_brief_number_is_rounded_honestly(number: int, said: str) -> None:
    assert brief(number) == said


def test_numbers_agree_with_their_noun() -> None:
    assert plural(1, "comment", "comments") == "1 comment"
    assert plural(1_062, "comment", "comments") == "1,062 comments"
    assert count(1_004_219) == "1,004,219"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (7_200, "2 h ago"),
        (86_400, "1 day ago"),
        (86_400 * 12, "12 days ago"),
        (86_400 * 45, "1 mo ago"),
        (86_400 * 800, "2 y ago"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(seconds: int, said: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == said


def test_a_face_is_the_same_for_ever_and_its_own() -> None:
    faces = {face(uuid(1, number)) for number in range(300)}
    assert face(uuid(1, 7)) == face(uuid(1, 7))
    assert len(faces) == 300
    assert all("style" not in drawn and len(drawn) < 500 for drawn in faces)


@pytest.mark.parametrize("digest", ["", None, "x", '"><script>', "0" * 31, "../" * 10 + "00"])
def test_only_a_hash_becomes_the_address_of_a_picture(digest: str | None) -> None:
    assert portrait(uuid(1, 7), digest) == face(uuid(1, 7))
    assert '<img class="face" src="/images/' in portrait(uuid(1, 7), "0" * 32, '"><script>')
    assert "<script>" not in portrait(uuid(1, 7), "0" * 32, '"><script>')


def test_a_face_is_symmetrical() -> None:
    for number in range(50):
        rows: dict[int, list[int]] = {}
        for stroke in face(uuid(1, number)).split('d="M')[1].split('"')[0].split("M"):
            start, rest = stroke.split(" ")
            row, width = rest.split("h")[0], rest.split("h")[1].split("v")[0]
            rows.setdefault(int(row), []).extend(range(int(start), int(start) + int(width)))
        for cells in rows.values():
            assert sorted(cells) == sorted(4 - cell for cell in cells)


def test_a_sparkline_stands_even_when_nothing_happened() -> None:
    assert "NaN" not in sparkline(())
    assert "M0.0 43.0 240.0 43.0" in sparkline((0, 0))
    assert "5 now, 9 at the peak" in sparkline((1, 9, 5))
