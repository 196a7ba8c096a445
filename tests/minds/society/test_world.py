"""A world as a stream of lines: repeatable, resumable, and possible."""

import uuid
from collections import Counter
from itertools import pairwise

import pytest

from moltbook.minds.society import world
from moltbook.minds.society.lines import GENERAL
from tests.minds.society.lives import (
    ACTS,
    AGENTS,
    ENDS_AT,
    Comment,
    Follow,
    Found,
    Post,
    Register,
    Subscribe,
    Vote,
    acts_of,
    stream,
)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_world() -> None:
    again = b"".join(world(AGENTS, ACTS, 1, ENDS_AT))
    assert again == stream()
    assert stream(seed=2) != stream()


@pytest.mark.parametrize("skip", [0, 7, AGENTS, AGENTS + 1, 1_234, AGENTS + ACTS - 1, AGENTS + ACTS])
def test_a_stream_goes_on_at_any_line(skip: int) -> None:
    rest = b"".join(world(AGENTS, ACTS, 1, ENDS_AT, skip=skip))
    assert rest.splitlines() == stream().splitlines()[skip:]


@pytest.mark.parametrize(("agents", "acts"), [(AGENTS, ACTS), (20, 2_000), (2_000, 500), (10, 60)])
def test_a_world_has_as_many_lines_as_were_asked_for(agents: int, acts: int) -> None:
    lines = acts_of(agents, acts)
    assert len(lines) == agents + acts
    assert all(isinstance(line, Register) for line in lines[:agents])
    assert not any(isinstance(line, Register) for line in lines[agents:])


def test_time_never_runs_backwards_and_ends_before_the_end() -> None:
    lines = acts_of()
    assert all(one.at <= next_.at for one, next_ in pairwise(lines))
    assert lines[-1].at < ENDS_AT.timestamp() * 1000


def test_every_id_is_a_uuid_of_its_moment_and_is_given_once() -> None:
    made = [line for line in acts_of() if isinstance(line, Register | Found | Post | Comment)]
    assert len({line.id for line in made}) == len(made)
    for line in made:
        own = uuid.UUID(line.id)
        assert str(own) == line.id
        assert (own.version, own.variant) == (7, uuid.RFC_4122)
        assert own.int >> 80 == line.at


def test_whatever_is_spoken_of_was_there_before() -> None:
    agents: set[str] = set()
    submolts = {GENERAL}
    posts: set[str] = set()
    post_of: dict[str, str] = {}
    for line in acts_of():
        if not isinstance(line, Register):
            assert line.by in agents
        match line:
            case Register():
                agents.add(line.id)
            case Found():
                submolts.add(line.id)
            case Post():
                assert line.submolt in submolts
                posts.add(line.id)
            case Comment():
                assert line.post in posts
                assert line.parent is None or post_of[line.parent] == line.post
                post_of[line.id] = line.post
            case Vote():
                assert line.target in (posts if line.on == "post" else post_of)
            case Follow():
                assert line.agent in agents
            case Subscribe():
                assert line.submolt in submolts


def test_nobody_answers_a_comment_in_the_moment_it_was_said() -> None:
    said = {line.id: line.at for line in acts_of() if isinstance(line, Comment)}
    answers = [line for line in acts_of() if isinstance(line, Comment) and line.parent]
    assert answers
    assert all(said[line.parent] < line.at for line in answers if line.parent)


def test_nobody_votes_twice_on_anything_or_on_its_own_work() -> None:
    author = {line.id: line.by for line in acts_of() if isinstance(line, Post | Comment)}
    votes = [line for line in acts_of() if isinstance(line, Vote)]
    assert len({(vote.by, vote.target) for vote in votes}) == len(votes) > 500
    assert all(author[vote.target] != vote.by for vote in votes)


def test_nobody_follows_or_subscribes_twice_or_follows_itself() -> None:
    links = [(line.by, line.agent) for line in acts_of() if isinstance(line, Follow)]
    links += [(line.by, line.submolt) for line in acts_of() if isinstance(line, Subscribe)]
    links += [(line.by, line.id) for line in acts_of() if isinstance(line, Found)]
    assert max(Counter(links).values()) == 1
    assert all(one != other for one, other in links)
