"""A line of an archive: what is mended, what is cut, what is refused, and what it becomes."""

import json
from typing import Any

import pytest

from moltbook.archive.census import Census
from moltbook.archive.lines import Unreadable, read_line
from moltbook.archive.threads import Rows, take_apart
from tests.archive.archives import agent, an_id, at, comment, thread


def parsed(line: bytes | dict[str, Any]) -> Rows:
    text = line if isinstance(line, bytes) else json.dumps(line).encode()
    return take_apart(1, read_line(text), 0, Census())


def refused(line: bytes | dict[str, Any]) -> str:
    with pytest.raises(Unreadable) as caught:
        parsed(line)
    return str(caught.value)


def deep(levels: int) -> bytes:
    """A thread in which every comment answers the one before; made of text, since Python's encoder recurses."""
    bare = [json.dumps(comment(f"{n}", "ada", n)).encode() for n in range(levels)]
    nested = b"".join(text[: -len(b"]}")] for text in bare) + b"]}" * levels
    return json.dumps(thread("deep", "ada", 0)).encode().replace(b'"comments": []', b'"comments": [' + nested + b"]")


def test_a_line_break_that_redaction_broke_is_mended() -> None:
    line = json.dumps(thread("p", "ada", 0, content="write to\n[redacted-mail] now")).encode()
    broken = line.replace(rb"\n[redacted-mail]", rb"\[redacted-mail]")
    assert broken != line
    assert read_line(broken).mended
    assert parsed(broken).post.content == "write to\n[redacted-mail] now"


def test_a_backslash_before_a_redaction_is_left_alone() -> None:
    line = json.dumps(thread("p", "ada", 0, content="a path C:\\[redacted-mail]\nand \\\\[redacted]")).encode()
    assert not read_line(line).mended
    assert parsed(line).post.content == "a path C:\\[redacted-mail]\nand \\\\[redacted]"


def test_a_mended_line_keeps_its_sound_backslashes() -> None:
    line = json.dumps(thread("p", "ada", 0, content="C:\\[redacted-1] and\n[redacted-2]")).encode()
    broken = line.replace(rb"\n[redacted-2]", rb"\[redacted-2]")
    assert parsed(broken).post.content == "C:\\[redacted-1] and\n[redacted-2]"


@pytest.mark.parametrize("levels", [90, 400, 600, 5_000, 20_000])
def test_answers_nest_as_deep_as_they_like(levels: int) -> None:
    comments = parsed(deep(levels)).comments
    assert [c.depth for c in comments] == list(range(levels))
    assert [c.id for c in comments] == [an_id(f"comment {n}") for n in range(levels)]
    assert [c.parent_id for c in comments] == [None, *(c.id for c in comments[:-1])]


def test_answers_deeper_than_the_column_are_refused() -> None:
    assert "nested deeper than 32,767" in refused(deep(32_800))


def test_a_number_in_place_of_answers_is_refused_even_in_a_deep_line() -> None:
    assert "is a number" in refused(thread("p", "ada", 0, comment("c", "ada", 1, replies=0)))
    # The parts of a deep line are numbered from the innermost, so this one would contain itself.
    forged = deep(5_000).replace(b'"replies": []}', b'"replies": 0}')
    assert forged != deep(5_000)
    assert "is a number" in refused(forged)


def test_nonsense_nested_without_end_is_refused() -> None:
    line = json.dumps(thread("p", "ada", 0)).encode()
    nonsense = b'{"junk": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b", " + line[1:]
    assert "nested too deeply" in refused(nonsense)


def test_lists_nested_in_a_field_nobody_reads_do_no_harm() -> None:
    line = json.dumps(thread("p", "ada", 0)).encode()
    assert parsed(b'{"junk": ' + b"[" * 50_000 + b"]" * 50_000 + b", " + line[1:]).post.id == an_id("post p")


def test_what_is_missing_is_empty_or_nought() -> None:
    line = thread("p", "ada", 0, comment("c", "ben", 1, content=None, upvotes=None), content=None, url="")
    del line["post"]["title"], line["post"]["downvotes"], line["comments"][0]["replies"]
    rows = parsed(line)
    assert (rows.post.title, rows.post.content, rows.post.url, rows.post.downvotes) == ("", "", None, 0)
    assert (rows.comments[0].content, rows.comments[0].upvotes) == ("", 0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "17"}, "$.post.id"),
        ({"id": None}, "$.post.id"),
        ({"created_at": "yesterday"}, "$.post.created_at"),
        ({"created_at": "2026-01-27T18:00:00"}, "$.post.created_at"),
        ({"created_at": "9999-12-31T23:59:59-10:00"}, "no time we can keep"),
        ({"upvotes": -1}, "$.post.upvotes"),
        ({"upvotes": 2**40}, "$.post.upvotes"),
        ({"title": 5}, "$.post.title"),
        ({"author": None}, "$.post.author"),
        ({"author": agent("")}, "$.post.author.name"),
        ({"author": agent("a" * 300)}, "$.post.author.name"),
        ({"content": "a\x00b"}, "NUL"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(change: dict[str, Any], reason: str) -> None:
    assert reason in refused(thread("p", "ada", 0, **change))


@pytest.mark.parametrize(
    "line",
    [
        b"no JSON",
        b"{}",
        b"[]",
        b"null",
        b'{"post": ',
        json.dumps(thread("p", "ada", 0)).encode() * 2,
        json.dumps(thread("p", "ada", 0, content="half of a pair \ud83d")).encode(),
        json.dumps(thread("p", "ada", 0, content="cut")).encode().replace(b"cut", b"\xff\xfe"),
        json.dumps(thread("p", "ada", 0, content="cut")).encode().replace(b"cut", rb"\[elsewhere]"),
    ],
)
def test_what_is_no_thread_is_refused(line: bytes) -> None:
    assert refused(line)


def test_a_list_that_does_not_nest_is_put_in_order_by_its_parents() -> None:
    flat = [
        comment("grandchild", "ada", 3) | {"parent_id": an_id("comment child")},
        comment("child", "ben", 2) | {"parent_id": an_id("comment root")},
        comment("root", "ada", 1),
    ]
    comments = parsed(thread("p", "ada", 0, *flat)).comments
    assert [(c.id, c.depth) for c in comments] == [
        (an_id("comment root"), 0),
        (an_id("comment child"), 1),
        (an_id("comment grandchild"), 2),
    ]


def test_a_parent_that_is_nowhere_is_refused() -> None:
    assert "does not stand in the thread" in refused(
        thread("p", "ada", 0, comment("c", "ada", 1) | {"parent_id": an_id("comment gone")})
    )


def test_two_comments_that_answer_each_other_are_refused() -> None:
    ring = [
        comment("hen", "ada", 1) | {"parent_id": an_id("comment egg")},
        comment("egg", "ada", 1) | {"parent_id": an_id("comment hen")},
    ]
    assert "does not stand in the thread" in refused(thread("p", "ada", 0, *ring))


def test_a_comment_below_one_that_names_another_parent_is_refused() -> None:
    line = thread("p", "ada", 0, comment("above", "ada", 1, comment("below", "ada", 2)))
    line["comments"][0]["replies"][0]["parent_id"] = an_id("comment elsewhere")
    assert "names" in refused(line)


def test_a_comment_that_stands_twice_is_kept_once() -> None:
    rows = parsed(thread("p", "ada", 0, comment("c", "ada", 1), comment("c", "ada", 1), comment("d", "ada", 2)))
    assert len(rows.comments) == 2
    assert rows.repeated == 1


def test_nothing_is_told_before_what_it_answers() -> None:
    rows = parsed(thread("p", "ada", 10, comment("early", "ben", 5, comment("later", "ada", 7))))
    assert [c.told_at.isoformat() for c in rows.comments] == [at(10), at(10)]
    assert [c.created_at.isoformat() for c in rows.comments] == [at(5), at(7)]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "NULL", "https://", "http://exa mple.org", "//x", "http://[x"])
def test_what_is_no_address_makes_no_link(url: str) -> None:
    rows = parsed(thread("p", "ada", 0, url=url))
    assert (rows.post.url, rows.post.kind, rows.dropped_links) == (None, "text", 1)


def test_an_address_makes_a_link() -> None:
    rows = parsed(thread("p", "ada", 0, url="https://example.org/a?b=c"))
    assert (rows.post.url, rows.post.kind, rows.dropped_links) == ("https://example.org/a?b=c", "link", 0)


def test_karma_is_what_stands_beside_the_newest_thing() -> None:
    census = Census()
    line = thread("p", "ada", 5, comment("c", "ada", 9, author=agent("ada", karma=70, follower_count=3)))
    line["comments"].append(comment("d", "ada", 7, author=agent("ada", karma=-4, description="newer")))
    line["post"]["author"] = agent("Ada", key="ada", karma=1, description="older", following_count=8)
    take_apart(1, read_line(json.dumps(line).encode()), 0, census)
    [ada] = census.members.values()
    assert (ada.name, ada.karma, ada.follower_count) == ("ada", 70, 3)
    assert (ada.description, ada.following_count) == ("newer", 8)
    assert (ada.first_at.isoformat(), ada.last_at.isoformat()) == (at(5), at(9))
