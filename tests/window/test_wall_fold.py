"""The parts of the wall without a database: what is counted, how long, and that nothing grows beyond its bound."""

import random
from copy import copy
from itertools import pairwise

import pytest

from moltbook.web.wall.acts import COMMENT, POST, VOTE, Act
from moltbook.web.wall.fold import FACES, MOST_ARCS, Fold
from moltbook.web.wall.heat import HALF_LIFE_SECONDS, MOST_THREADS, Heats
from moltbook.web.wall.known import Known, PostPlace
from moltbook.web.wall.layout import STRIDE, Place, arrange
from moltbook.web.wall.model import HEIGHT, WIDTH, Speaker, Spoken
from moltbook.web.wall.pulse import Pulse
from moltbook.web.wall.talk import LINES, MOST_OFFERED, PATIENCE_SECONDS, Offer, Talk, Worded
from moltbook.web.wall.window import FEWEST, MOST, WINDOW_SECONDS, Window

NOW = 1_800_000_000.0


def offer(number, at=NOW, author="ada", submolt="general", weight=2.0):
    return Offer(at, f"p{number}", f"c{number}", author, submolt, weight)


def worded(one, text, votes=0):
    said = Spoken(
        id=one.comment_id, post_id=one.post_id, title="T", submolt=one.submolt, at=None,
        by=Speaker(one.author_id, one.author_id, 0), text=text,
    )  # fmt: skip
    return Worded(one, said, votes)


def test_the_pulse_counts_whole_seconds_of_the_last_minute():
    pulse = Pulse()
    for back, times in ((0, 9), (1, 2), (59, 3), (60, 4), (61, 5), (500, 6)):
        for _ in range(times):
            pulse.add(NOW - back)
    seconds = pulse.before(NOW)
    assert len(seconds) == 60
    assert (seconds[0], seconds[1], seconds[-1]) == (4, 3, 2)
    assert sum(seconds) == 9


def test_what_comes_late_still_counts_and_what_is_too_old_displaces_nothing():
    pulse = Pulse()
    pulse.add(NOW - 1)
    pulse.add(NOW - 30)
    pulse.add(NOW - 1 - 128)
    assert sum(pulse.before(NOW)) == 2


def test_heat_halves_and_the_newest_wins():
    heats = Heats()
    heats.add("old", 3.0, NOW)
    heats.add("new", 2.0, NOW + HALF_LIFE_SECONDS)
    assert heats.hottest(2) == [("new", 1.0), ("old", 0.75)]
    heats.forget("new")
    assert heats.hottest(2) == [("old", 1.0)]


def test_heat_lasts_for_years():
    heats = Heats()
    for year in range(20):
        heats.add(f"t{year}", 1.0, NOW + year * 31e6)
        heats.add(f"u{year}", 0.5, NOW + year * 31e6)
    assert heats.hottest(2) == [("t19", 1.0), ("u19", 0.5)]
    heats.add("ancient", 1.0, NOW - 1e9)
    assert heats.hottest(1) == [("t19", 1.0)]


def test_a_window_counts_who_spoke_in_two_places():
    window = Window()
    for who, where in (("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("c", "x"), ("a", "x")):
        window.add(NOW, who, where)
    shown, ties = window.crossings(10)
    assert shown == [("x", 4), ("y", 2)]
    assert ties == {("x", "y"): 2}
    assert window.speaking(NOW) == 3


def test_a_window_counts_who_answers_whom():
    window = Window()
    for who, whom in (("a", "b"), ("b", "a"), ("a", "b"), ("c", ""), ("a", "z")):
        window.add(NOW, who, whom)
    shown, ties = window.answers(10)
    assert shown == [("a", 3), ("b", 1), ("c", 1)]
    assert ties == {("a", "b"): 3}


def test_who_speaks_elsewhere_than_before_has_crossed():
    window = Window()
    assert [window.add(NOW, "a", where) for where in ("x", "x", "y", "x")] == ["", "", "x", "y"]


def test_the_window_lets_go_of_what_is_old_but_never_of_the_newest():
    window = Window()
    for n in range(FEWEST * 2):
        window.add(NOW + n, f"a{n}", "x")
    window.expire(NOW + FEWEST * 2 + WINDOW_SECONDS * 3)
    assert len(window) == FEWEST
    assert window.since == NOW + FEWEST
    assert window.speaking(NOW + FEWEST * 2 + WINDOW_SECONDS * 3) == 0
    assert window.crossings(5)[0] == [("x", FEWEST)]


def test_a_hundred_thousand_agents_stay_within_the_bounds_and_are_still_counted_about_right():
    chance = random.Random(5)
    fold = Fold()
    places = [PostPlace(f"s{n}", "author", "Author") for n in range(400)]
    acts = 100_000
    for n in range(acts):
        who = chance.randrange(100_000)
        kind = chance.choice((POST, COMMENT, COMMENT, VOTE))
        post, said = chance.randrange(20_000), f"c{n}" if kind == COMMENT else ""
        # Most speak in the place they are at home in, and every fourth time in the one beside it.
        place = places[(who + (chance.random() < 0.25)) % 400]
        act = Act(kind, NOW + n / 2000, f"p{post}", said, None, f"a{who}", f"name{who}")
        fold.take(act, place, None)
    assert len(fold.window) <= MOST
    assert fold.window.sampled
    assert len(fold.heats) <= MOST_THREADS
    assert len(fold.talk.offered) <= MOST_OFFERED
    assert len(fold.speakers) <= FACES
    assert len(fold.arcs) <= MOST_ARCS
    assert abs(fold.window.speaking(NOW + 50) - 52_763) < 52_763 * 0.1
    shown, ties = fold.window.crossings(24)
    assert len(shown) == 24
    said = fold.window.crossings(400)[0]
    assert abs(sum(times for _, times in said) - acts * 0.75) < acts * 0.75 * 0.1
    heaviest = fold.window.crossings(400)[1].most_common(100)
    assert all((int(b[1:]) - int(a[1:])) % 400 in (1, 399) for (a, b), _ in heaviest)
    assert ties.total() <= sum(n for _, n in shown)


def test_after_the_crowd_everybody_is_followed_again():
    window = Window()
    for n in range(MOST + 1):
        window.add(NOW, f"a{n}", "x")
    assert window.sampled
    window.expire(NOW + WINDOW_SECONDS * 2)
    assert not window.sampled
    assert len(window) == FEWEST


def test_what_is_known_has_a_bound():
    known = Known(3)
    for n in range(10):
        known.put(str(n), n)
    assert len(known) == 3
    assert (known.get("9"), known.get("0")) == (9, None)


def test_an_exchange_is_preferred_and_a_fresh_voice():
    talk = Talk()
    first, again, deep, other = (
        offer(1), offer(2), offer(3, weight=3.0), offer(4, author="blaise", submolt="tides"),
    )  # fmt: skip
    talk.offer(first)
    assert [s.id for s in talk.show([worded(first, "One thing.")], [first], 1)] == ["c1"]
    for one in (again, deep, other):
        talk.offer(one)
    assert talk.best(NOW) == [other, deep, again]


def test_the_same_words_are_shown_once_and_what_has_no_words_waits_no_longer():
    talk = Talk()
    offers = [offer(n) for n in range(4)]
    for one in offers:
        talk.offer(one)
    read = [worded(offers[0], "Buy  now"), worded(offers[1], "buy NOW"), worded(offers[2], "Something else")]
    assert {s.text for s in talk.show(read, offers, 9)} <= {"Buy  now", "buy NOW", "Something else"}
    assert len(talk.lines) == 2
    assert talk.offered == []


def test_lines_come_one_at_a_time_and_patience_ends():
    talk = Talk()
    offers = [offer(n, at=NOW + n) for n in range(3)]
    for one in offers:
        talk.offer(one)
    shown = talk.show([worded(one, f"Words {one.post_id}") for one in offers], offers, 1)
    assert len(shown) == 1
    assert len(talk.offered) == 2
    assert talk.best(NOW + PATIENCE_SECONDS * 9) == []
    assert talk.offered == []


def test_of_too_many_those_that_weigh_less_give_way():
    talk = Talk()
    for n in range(MOST_OFFERED):
        talk.offer(offer(n, weight=3.0 if n == 7 else 2.0))
    for n in range(100, 100 + MOST_OFFERED):
        talk.offer(offer(n, weight=1.0))
    assert [one.post_id for one in talk.offered] == [f"p{n}" for n in range(MOST_OFFERED)]
    for n in range(100, 100 + MOST_OFFERED):
        talk.offer(offer(n, weight=2.0))
    assert len(talk.offered) == MOST_OFFERED
    assert [one.post_id for one in talk.offered if one.weight == 3.0] == ["p7"]
    assert sum(int(one.post_id[1:]) >= 100 for one in talk.offered) == MOST_OFFERED - 1


def test_what_was_taken_back_stands_no_longer():
    fold = Fold()
    place = PostPlace("general", "ada", "ada")
    for n in range(LINES):
        fold.take(Act(COMMENT, NOW, f"p{n % 2}", f"c{n}", None, f"a{n % 3}", "x"), place, None)
    offers = list(fold.talk.offered)
    fold.talk.show([worded(one, f"Words {one.comment_id}") for one in offers], offers, LINES)
    assert fold.lose("p0", "c4") == ["c4"]
    assert {line.post_id for line in fold.talk.lines} == {"p0", "p1"}
    assert set(fold.lose("p0", "")) == {f"c{n}" for n in range(0, LINES, 2)} - {"c4"}
    assert [post for post, _ in fold.heats.hottest(5)] == ["p1"]
    fold.forget("a1")
    assert "a1" not in {line.by.id for line in fold.talk.lines}
    assert "a1" not in fold.speakers
    assert fold.window.speaking(NOW) == 2


def places_of(count, chance):
    return [Place(f"s{n}", "m/" + "x" * chance.randrange(3, 13), chance.uniform(13, 56)) for n in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 24])
def test_every_place_is_on_the_map_and_the_same_map_comes_out_every_time(count):
    chance = random.Random(3)
    first = places_of(count, chance)
    ties = dict.fromkeys(pairwise(range(count)), 1)
    second = [copy(place) for place in first]
    arrange(first, ties, {})
    arrange(second, ties, {})
    assert first == second
    assert all(p.radius <= p.x <= WIDTH - p.radius and p.radius <= p.y <= HEIGHT - p.radius for p in first)


def test_nothing_jumps_when_the_map_changes_and_a_map_on_which_nothing_happens_comes_to_rest():
    chance = random.Random(4)
    places = places_of(20, chance)
    ties = {(a, b): chance.randrange(1, 9) for a in range(20) for b in range(a + 1, 20) if chance.random() < 0.2}
    arrange(places, ties, {})
    moved = 0.0
    for turn in range(40):
        former = {place.key: copy(place) for place in places}
        if turn == 0:
            ties[0, 19], places[5].radius = 30, 50.0
            places.append(Place("new", "m/newcomer", 20.0))
        arrange(places, ties, former)
        ways = [abs(complex(p.x - f.x, p.y - f.y)) for p in places if (f := former.get(p.key))]
        assert max(ways) <= STRIDE + 0.01
        moved = sum(ways) / len(ways)
    assert moved < 1.0
