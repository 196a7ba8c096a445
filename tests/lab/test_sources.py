"""Where a society is read from: a file, a database, a piece of their time."""

from datetime import timedelta

import numpy as np
import pytest

from moltbook.archive import BadLines, load
from moltbook.db.trouble import SchemaTooOld
from moltbook.lab import Window, read_world
from tests.archive.archives import START, comment, thread, write
from tests.lab.societies import found_in, four_threads, quietly, read, report_of


def many(rng):
    """A society with answers to answers, votes, repeated texts and texts enough for every measure."""
    words = "sea shell tide wave coral crab claw moult reef deep salt drift foam gull kelp".split()

    def text():
        return " ".join(rng.choice(words, int(rng.integers(1, 9))))

    def somebody():
        return f"agent{rng.integers(12)}"

    def branch(key, minute, levels):
        below = (
            [branch(f"{key}.{n}", minute + n + 1, levels - 1) for n in range(int(rng.integers(0, 3)))] if levels else []
        )
        return comment(key, somebody(), minute, *below, content=text(), upvotes=int(rng.integers(0, 3)))

    return [
        thread(
            f"p{n}",
            somebody(),
            n * 10,
            *(branch(f"p{n}c{c}", n * 10 + c + 1, 3) for c in range(int(rng.integers(0, 6)))),
            place=f"Place{n % 4}",
            title=text(),
            upvotes=int(rng.integers(0, 40)),
        )
        for n in range(60)
    ]


async def test_a_network_gives_the_same_numbers_as_the_archive_it_was_made_from(dsn, tmp_path):
    lines = many(np.random.default_rng(1))
    await load(dsn, write(tmp_path / "a", lines))
    for window in (Window(), Window(START + timedelta(minutes=95), START + timedelta(minutes=402))):
        offline = report_of(read(tmp_path, lines, window))
        live = report_of(await read_world(dsn, window, quietly))
        assert live.counts == offline.counts
        assert (live.first_at, live.last_at) == (offline.first_at, offline.last_at)
        assert live.measures == offline.measures
        assert None not in found_in(live).values()


async def test_what_no_reader_sees_is_not_measured(network):
    ada, ben = await network.agents("ada", "ben")
    kept, gone = await network.post(ada, "Kept"), await network.post(ada, "Gone")
    above = await network.comment(ben, kept, "Same words.")
    await network.comment(ada, kept, "Same words.", parent=above)
    await network.comment(ben, gone, "Same words.")
    assert (await ada.call("DELETE", f"/posts/{gone}")).status == 200
    assert (await ben.call("DELETE", f"/comments/{above}")).status == 200
    hidden = await network.comment(ben, kept, "Waits.")
    await network.value("UPDATE comments SET verification_status = 'pending' WHERE id = $1 RETURNING 1", hidden)
    report = report_of(await read_world(network.dsn, Window(), quietly))
    # The deleted comment keeps its place, so that its answer is an answer; its words are gone.
    assert (report.counts.posts, report.counts.comments) == (1, 2)
    found = found_in(report)
    assert found["depth"].value == 1.5
    assert (found["repeated"].value, found["repeated"].n) == (0, 2)


async def test_a_database_without_a_world_is_told(empty_dsn):
    with pytest.raises(SchemaTooOld):
        await read_world(empty_dsn, Window(), quietly)


def test_a_window_shows_threads_opened_in_it_as_they_stood_at_its_end(tmp_path):
    def counts(since, until):
        window = Window(START + timedelta(minutes=since), START + timedelta(minutes=until))
        counted = report_of(read(tmp_path, four_threads(), window)).counts
        return counted.posts, counted.comments

    assert counts(0, 11) == (4, 7)
    assert counts(0, 10) == (4, 6)
    assert counts(0, 2) == (1, 1)
    assert counts(5, 8) == (2, 1)


def test_what_stands_twice_counts_once_and_two_places_for_one_comment_are_a_bad_line(tmp_path):
    twice = report_of(read(tmp_path, four_threads() + four_threads()))
    assert twice.measures == report_of(read(tmp_path, four_threads())).measures
    with pytest.raises(BadLines) as caught:
        read(tmp_path, [*four_threads(), thread("other", "dan", 20, comment("c1", "ben", 21))])
    assert [line.number for line in caught.value.lines] == [5]


def test_the_order_of_the_lines_does_not_matter(tmp_path):
    lines = many(np.random.default_rng(2))
    assert report_of(read(tmp_path, lines[::-1])).measures == report_of(read(tmp_path, lines)).measures


def test_an_answer_to_what_is_outside_of_the_window_is_outside_too(tmp_path):
    # The clocks of an archive are not always right: the answer is older than what it answers.
    odd = thread("p", "ada", 0, comment("late", "ben", 30, comment("early", "cyd", 5)), comment("c", "dan", 6))
    society = read(tmp_path, [odd], Window(until=START + timedelta(minutes=20)))
    assert (len(society.comments.author), society.agents) == (1, 2)
