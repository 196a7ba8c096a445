"""What no file of the repository may hold: too many lines, a promise in a comment, an attic, a path of some machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import PACKAGE, ROOT, files_of_the_repository

MOST_LINES = 400
COUNTED = frozenset({".py", ".sql", ".sh", ".js", ".css", ".html", ".toml"})
ATTICS = frozenset({"utils", "util", "helpers", "helper", "common", "base", "misc", "manager", "service", "services"})

# One letter of each stands in brackets, so that this file does not hold what it looks for.
PROMISES = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|NotImplemented[E]rror)\b")
PLACES = re.compile(
    r"(?<![\w.])/(?:hom[e]|User[s]|roo[t]|wor[k]|op[t])/\w"  # somebody's folders
    r"|(?<![\w.])/tm[p]/(?!moltbook)\w"
    r"|p[y]pi\.(?:org|python)|python[h]osted|npm[j]s\.|index-ur[l]|find-link[s]"  # where somebody gets packages from
)


def text_of(path: Path) -> str | None:
    """A file's text, or nothing if it holds none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def lines_that(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in files
        for number, line in enumerate((text_of(path) or "").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_holds_two_nouns() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len((text_of(path) or "").splitlines())
        for path in files_of_the_repository()
        if path.suffix in COUNTED
    }
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_there_is_no_attic() -> None:
    attics = [path for path in PACKAGE.rglob("*") if path.stem in ATTICS and path.suffix in ("", ".py")]
    assert not attics


def test_nothing_is_left_as_a_promise() -> None:
    assert not lines_that(PROMISES, [path for path in files_of_the_repository() if path.suffix in COUNTED])


def test_no_file_names_a_machine_or_an_index() -> None:
    assert not lines_that(PLACES, files_of_the_repository())


@pytest.mark.parametrize("halves", [("see /ro", "ot/secret"), ("--index", "-url https://example.org"), ("# TO", "DO")])
def test_such_a_line_would_be_seen(halves: tuple[str, str]) -> None:
    line = "".join(halves)
    assert PLACES.search(line) or PROMISES.search(line)
