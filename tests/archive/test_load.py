"""The import into a database: what is kept, what stays as it was, and what is told."""

import json
import lzma
from pathlib import Path

import msgspec
import pytest

from moltbook.agents import AgentRegistered
from moltbook.archive import BadLines, DamagedFile, Phase, Progress, load
from moltbook.comments import CommentPublished
from moltbook.posts import PostPublished
from moltbook.submolts import SubmoltCreated
from tests.archive.archives import (
    agent,
    an_id,
    at,
    comment,
    everything,
    rows,
    submolt,
    text_of,
    thread,
    value,
    write,
)

SMALL = [
    thread(
        "hello",
        "ada",
        0,
        comment("c1", "ben", 1, comment("c2", "ada", 3, upvotes=4), comment("c3", "cyd", 2)),
        comment("c4", "cyd", 4, downvotes=2),
        upvotes=7,
        downvotes=3,
        comment_count=99,
    ),
    thread("link", "ben", 2, place="tide", url="https://example.org/"),
]
EVENT = AgentRegistered | SubmoltCreated | PostPublished | CommentPublished


async def events(dsn: str) -> list[EVENT]:
    found = await rows(dsn, "SELECT body FROM events ORDER BY seq")
    return [msgspec.json.decode(body, type=EVENT) for (body,) in found]


@pytest.mark.parametrize("name", ["a.jsonl", "a.gz", "a.xz"])
async def test_everything_is_kept(dsn: str, tmp_path: Path, name: str) -> None:
    report = await load(dsn, write(tmp_path / name, SMALL))
    assert (report.lines, report.posts, report.comments, report.agents, report.submolts) == (2, 2, 4, 3, 2)

    assert await rows(
        dsn,
        "SELECT id, submolt_id, author_id, author_name, kind, title, content, url, upvotes, downvotes, base_upvotes,"
        " base_downvotes, comment_count, created_at::text, deleted_at FROM posts ORDER BY created_at",
    ) == [
        (
            *(an_id("post hello"), an_id("submolt reef"), an_id("agent ada"), "ada", "text", "title of hello"),
            *("text of hello", None, 7, 3, 7, 3, 4, "2026-01-27 18:00:00+00", None),
        ),
        (
            *(an_id("post link"), an_id("submolt tide"), an_id("agent ben"), "ben", "link", "title of link"),
            *("text of link", "https://example.org/", 0, 0, 0, 0, 0, "2026-01-27 18:02:00+00", None),
        ),
    ]
    assert await rows(
        dsn,
        "SELECT id, parent_id, author_name, depth, content, upvotes, downvotes, base_upvotes, base_downvotes,"
        " reply_count FROM comments WHERE post_id = $1 ORDER BY created_at",
        an_id("post hello"),
    ) == [
        (an_id("comment c1"), None, "ben", 0, "text of c1", 0, 0, 0, 0, 2),
        (an_id("comment c3"), an_id("comment c1"), "cyd", 1, "text of c3", 0, 0, 0, 0, 0),
        (an_id("comment c2"), an_id("comment c1"), "ada", 1, "text of c2", 4, 0, 4, 0, 0),
        (an_id("comment c4"), None, "cyd", 0, "text of c4", 0, 2, 0, 2, 0),
    ]
    assert await rows(
        dsn,
        "SELECT name, description, posts_count, comments_count, following_count, archived, claimed_at,"
        " created_at = $1::text::timestamptz FROM agents ORDER BY name",
        at(0),
    ) == [
        ("ada", "I am ada", 1, 1, 1, True, None, True),
        ("ben", "I am ben", 1, 1, 1, True, None, False),
        ("cyd", "", 0, 2, 0, True, None, False),
    ]
    assert await rows(dsn, "SELECT name, display_name, post_count FROM submolts ORDER BY name") == [
        ("reef", "Reef", 1),
        ("tide", "Tide", 1),
    ]
    assert await rows(dsn, "SELECT kind, name, id FROM names ORDER BY kind, name") == [
        *(("agent", name, an_id(f"agent {name}")) for name in ("ada", "ben", "cyd")),
        *(("submolt", name, an_id(f"submolt {name}")) for name in ("reef", "tide")),
    ]


async def test_history_is_told_in_its_order_and_without_a_gap(dsn: str, tmp_path: Path) -> None:
    report = await load(dsn, write(tmp_path / "a", SMALL))
    told = await events(dsn)
    ada, ben, cyd = (an_id(f"agent {name}") for name in ("ada", "ben", "cyd"))
    hello, reef = an_id("post hello"), an_id("submolt reef")
    assert [type(event).__name__ for event in told] == [
        *("AgentRegistered", "SubmoltCreated", "PostPublished"),
        *("AgentRegistered", "CommentPublished"),
        *("AgentRegistered", "SubmoltCreated", "PostPublished", "CommentPublished"),
        *("CommentPublished", "CommentPublished"),
    ]
    assert told[0] == AgentRegistered(ada, "ada", archived=True)
    assert told[1] == SubmoltCreated(reef, "reef", "Reef")
    start, *_ = [event.created_at for event in told if isinstance(event, PostPublished)]
    assert told[2] == PostPublished(hello, reef, "reef", ada, "ada", start, 7, 3)
    assert [
        (event.comment_id, event.parent_id, event.author, event.comment_count, event.upvotes, event.downvotes)
        for event in told
        if isinstance(event, CommentPublished)
    ] == [
        (an_id("comment c1"), None, "ben", 1, 0, 0),
        (an_id("comment c3"), an_id("comment c1"), "cyd", 2, 0, 0),
        (an_id("comment c2"), an_id("comment c1"), "ada", 3, 4, 0),
        (an_id("comment c4"), None, "cyd", 4, 0, 2),
    ]
    assert report.events == len(told) == await value(dsn, "SELECT seq FROM log_head")
    kept = await rows(dsn, "SELECT seq, at, kind, actor_id, body FROM events ORDER BY seq")
    assert [seq for seq, *_ in kept] == list(range(1, len(told) + 1))
    assert [when for _, when, *_ in kept] == sorted(when for _, when, *_ in kept)
    assert [body for *_, body in kept] == [msgspec.json.encode(event).decode() for event in told]
    assert {actor for _, _, kind, actor, _ in kept if kind == "submolt.created"} == {None}
    assert {actor for _, _, kind, actor, _ in kept if kind != "submolt.created"} == {ada, ben, cyd}


async def test_a_repeat_changes_nothing(dsn: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xz", SMALL)
    await load(dsn, path)
    before = await everything(dsn)
    report = await load(dsn, path)
    assert await everything(dsn) == before
    assert (report.posts, report.comments, report.agents, report.submolts, report.events) == (0, 0, 0, 0, 0)
    assert (report.skipped_posts, report.skipped_comments, report.skipped_agents) == (2, 4, 3)


async def test_a_larger_archive_adds_only_what_is_new(dsn: str, tmp_path: Path) -> None:
    await load(dsn, write(tmp_path / "a", SMALL))
    known = await rows(dsn, "SELECT * FROM events ORDER BY seq")
    larger = [
        thread(
            "hello",
            "ada",
            0,
            comment("c1", "ben", 1, comment("c2", "ada", 3), comment("c3", "cyd", 2), comment("c5", "dot", 9)),
            comment("c6", "ada", 8),
            upvotes=1000,
            author=agent("ada", karma=1000),
        ),
        SMALL[1],
        thread("new", "ada", 10, comment("c7", "ben", 11), place="tide"),
    ]
    report = await load(dsn, write(tmp_path / "b", larger))
    assert (report.posts, report.comments, report.agents, report.submolts) == (1, 3, 1, 0)
    assert (report.skipped_posts, report.skipped_comments) == (2, 3)
    assert await rows(dsn, "SELECT title, upvotes, comment_count FROM posts ORDER BY created_at") == [
        ("title of hello", 7, 6),
        ("title of link", 0, 0),
        ("title of new", 0, 1),
    ]
    assert await rows(dsn, "SELECT name, karma, posts_count, comments_count FROM agents ORDER BY name") == [
        ("ada", 0, 2, 2),
        ("ben", 0, 1, 2),
        ("cyd", 0, 0, 2),
        ("dot", 0, 0, 1),
    ]
    assert await rows(dsn, "SELECT name, post_count FROM submolts ORDER BY name") == [("reef", 1), ("tide", 2)]
    assert await value(dsn, "SELECT reply_count FROM comments WHERE id = $1", an_id("comment c1")) == 3
    told = await events(dsn)
    assert [(type(e).__name__, getattr(e, "comment_count", None)) for e in told[len(known) :]] == [
        ("CommentPublished", 5),
        ("AgentRegistered", None),
        ("CommentPublished", 6),
        ("PostPublished", None),
        ("CommentPublished", 1),
    ]
    assert (await rows(dsn, "SELECT * FROM events ORDER BY seq"))[: len(known)] == known


async def test_two_imports_are_as_good_as_one(dsn: str, tmp_path: Path) -> None:
    await load(dsn, write(tmp_path / "a", SMALL[:1]))
    await load(dsn, write(tmp_path / "b", [*SMALL, *SMALL]))
    assert await value(dsn, "SELECT count(*) FROM posts") == 2
    assert await value(dsn, "SELECT count(*) FROM comments") == 4
    assert await value(dsn, "SELECT count(DISTINCT seq) = max(seq) FROM events")


async def test_one_bad_line_loads_nothing_and_every_one_is_named(dsn: str, tmp_path: Path) -> None:
    before = await everything(dsn)
    path = tmp_path / "a"
    path.write_bytes(text_of(SMALL) + b'\n{"post": 1}\n' + text_of([thread("third", "ada", 5)]) + b"no JSON\n")
    with pytest.raises(BadLines) as caught:
        await load(dsn, path)
    assert [line.number for line in caught.value.lines] == [4, 6]
    assert "line 4" in caught.value.message
    assert "nothing was loaded" in caught.value.message
    assert await everything(dsn) == before


async def test_a_truncated_file_loads_nothing(dsn: str, tmp_path: Path) -> None:
    before = await everything(dsn)
    path = tmp_path / "a.xz"
    packed = lzma.compress(text_of(thread(f"p{n}", f"agent{n}", n) for n in range(2000)))
    path.write_bytes(packed[: len(packed) * 9 // 10])
    with pytest.raises(DamagedFile):
        await load(dsn, path)
    assert await everything(dsn) == before


async def test_a_comment_below_two_posts_is_a_bad_line(dsn: str, tmp_path: Path) -> None:
    twice = [*SMALL, thread("thief", "ada", 9, comment("c1", "ben", 1))]
    with pytest.raises(BadLines, match="another post"):
        await load(dsn, write(tmp_path / "a", twice))
    await load(dsn, write(tmp_path / "b", SMALL))
    with pytest.raises(BadLines, match="line 1"):
        await load(dsn, write(tmp_path / "c", twice[2:]))


async def test_mended_lines_are_told_by_number(dsn: str, tmp_path: Path) -> None:
    text = text_of([*SMALL, thread("mail", "ada", 5, content="me:\n[redacted-mail]", url="NULL")])
    path = tmp_path / "a"
    path.write_bytes(text.replace(rb"\n[redacted", rb"\[redacted"))
    report = await load(dsn, path)
    assert report.mended == (3,)
    assert report.dropped_links == 1
    assert await value(dsn, "SELECT content FROM posts WHERE title = 'title of mail'") == "me:\n[redacted-mail]"


async def test_long_and_odd_texts_are_kept_as_they_are(dsn: str, tmp_path: Path) -> None:
    odd = 'a\u202eb \U0001f980 \u0001 \\ " </script> \r\n'
    long = "aye " * 850_000
    line = thread("p", "ada", 0, comment("c", 'O\'Ben "🦀" é', 1, content=long), content=odd)
    await load(dsn, write(tmp_path / "a", [line]))
    assert await value(dsn, "SELECT content FROM posts") == odd
    assert await value(dsn, "SELECT content FROM comments") == long
    told = [event for event in await events(dsn) if isinstance(event, CommentPublished)]
    assert [event.author for event in told] == ['O\'Ben "🦀" é']


async def test_a_thread_of_five_thousand_levels_is_kept(dsn: str, tmp_path: Path) -> None:
    bare = [json.dumps(comment(f"{n}", "ada", n)) for n in range(5_000)]
    text = json.dumps(thread("deep", "ada", 0)).replace(
        '"comments": []', '"comments": [' + "".join(c[:-2] for c in bare) + "]}" * len(bare) + "]"
    )
    (tmp_path / "a").write_text(text)
    await load(dsn, tmp_path / "a")
    assert await value(dsn, "SELECT max(depth) FROM comments") == 4_999
    assert await value(dsn, "SELECT sum(reply_count) FROM comments") == 4_999


async def test_progress_grows_to_its_end(dsn: str, tmp_path: Path) -> None:
    seen: list[Progress] = []
    await load(dsn, write(tmp_path / "a.gz", SMALL), on_progress=seen.append)
    for phase in Phase:
        done = [progress.done for progress in seen if progress.phase is phase]
        assert done == sorted(done)
        assert done[-1] == [progress.total for progress in seen if progress.phase is phase][-1]


async def test_a_submolt_of_two_ids_is_one(dsn: str, tmp_path: Path) -> None:
    other = submolt("REEF", key="other")
    await load(dsn, write(tmp_path / "a", [*SMALL, thread("late", "ada", 5, submolt=other)]))
    assert await rows(dsn, "SELECT name, post_count FROM submolts ORDER BY name") == [("reef", 2), ("tide", 1)]
