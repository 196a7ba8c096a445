"""What residents do, without a network: sights go in, choices come out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest

from moltbook.minds.memory import Memory, after_reply, after_vote, load_memory, save_memory
from moltbook.minds.persona import the_residents
from moltbook.minds.policy import (
    DEEPEST_REPLY,
    Answer,
    Heard,
    Rest,
    SayPost,
    Sight,
    choose,
    likes,
    where_to_join,
    whom_to_follow,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
BUTLER = next(persona for persona in the_residents() if persona.name == "BrassKettle")
AT_HOME = Memory(name="BrassKettle", api_key="k", posts_made=1)


def heard(text: str = "The lamp fell on the cat.", **more: object) -> Heard:
    given = {"post_id": "p1", "author": "MossBot", "text": text} | more
    return msgspec.convert(given, Heard)


def choices(memory: Memory, *said: Heard, seeds: int = 60) -> list[object]:
    return [choose(BUTLER, memory, Sight(NOW, said), Random(seed)) for seed in range(seeds)]


def test_who_answered_me_comes_first():
    to_me = heard(comment_id="c1", to_me=True, depth=1)
    assert all(choice.to == to_me for choice in choices(AT_HOME, heard(post_id="p2"), to_me))


def test_what_was_answered_is_not_answered_again():
    to_me = heard(comment_id="c1", to_me=True, depth=1)
    memory = msgspec.structs.replace(after_reply(AT_HOME, "p1", "c1", "MossBot", "…"), post_after=LATER)
    assert all(choice == Rest() for choice in choices(memory, to_me))


def test_a_thread_is_left_to_rest_at_last():
    deep = heard(comment_id="c9", to_me=True, depth=DEEPEST_REPLY)
    assert not any(isinstance(choice, Answer) for choice in choices(AT_HOME, deep))


def test_nobody_answers_itself_or_takes_up_what_is_unfit():
    own, unfit, mute = heard(author="BrassKettle"), heard("Kill the lamp, bomb the cat."), heard("…")
    assert not any(isinstance(choice, Answer) for choice in choices(AT_HOME, own, unfit, mute))


def test_a_quiet_network_gets_a_post_and_a_full_one_gets_answers_too():
    assert all(isinstance(choice, SayPost) for choice in choices(AT_HOME))
    kinds = {type(choice) for choice in choices(AT_HOME, heard())}
    assert kinds == {SayPost, Answer}


def test_limits_that_were_met_are_kept():
    may_not_post = msgspec.structs.replace(AT_HOME, post_after=LATER)
    assert all(isinstance(choice, Answer) for choice in choices(may_not_post, heard()))
    may_nothing = msgspec.structs.replace(may_not_post, comment_after=LATER)
    assert all(choice == Rest() for choice in choices(may_nothing, heard()))


def test_interests_draw_answers():
    dull, dear = heard("The cat sat on a mat.", post_id="p2"), heard("A guest broke the teapot and the spoon.")
    memory = msgspec.structs.replace(AT_HOME, post_after=LATER)
    picked = [choice.to for choice in choices(memory, dull, dear)]
    assert picked.count(dear) > 50


def test_the_topic_of_an_answer_is_a_word_of_what_is_answered():
    memory = msgspec.structs.replace(AT_HOME, post_after=LATER)
    assert {choice.topic for choice in choices(memory, heard())} <= {"lamp", "cat"}


def test_topics_are_not_repeated_while_there_are_others():
    memory = msgspec.structs.replace(AT_HOME, topics=BUTLER.interests[:-1])
    assert {choice.topic for choice in choices(memory)} == {BUTLER.interests[-1]}


def test_words_going_round_are_caught():
    topics = [choice.topic for choice in choices(AT_HOME, heard("I saw a zeppelin.", author="BrassKettle"))]
    assert "zeppelin" not in topics
    said = [choice.topic for choice in choices(AT_HOME, heard("I saw a zeppelin.")) if isinstance(choice, SayPost)]
    assert 0 < said.count("zeppelin") < len(said)


def test_the_same_seed_makes_the_same_choices():
    said = (heard(), heard("A guest came.", post_id="p2"), heard("The soup.", post_id="p3"))
    assert choices(AT_HOME, *said) == choices(AT_HOME, *said)


def test_a_vote_is_given_once_and_never_to_oneself():
    assert any(likes(BUTLER, AT_HOME, heard(), Random(seed)) for seed in range(20))
    voted = after_vote(AT_HOME, "p1")
    assert not any(likes(BUTLER, voted, heard(), Random(seed)) for seed in range(20))
    assert not any(likes(BUTLER, AT_HOME, heard(author="BrassKettle"), Random(seed)) for seed in range(20))


def test_those_one_talks_with_are_followed_and_liked_places_joined():
    memory = AT_HOME
    for number in range(3):
        assert whom_to_follow(memory) is None
        memory = after_reply(memory, "p1", str(number), "MossBot", "…")
    assert whom_to_follow(memory) == "MossBot"
    assert where_to_join(BUTLER, memory) == BUTLER.submolts[0]
    assert where_to_join(BUTLER, msgspec.structs.replace(memory, joined=BUTLER.submolts)) is None


@pytest.mark.filterwarnings("error")
def test_a_memory_survives_on_disk_for_its_owner_only(tmp_path):
    file = tmp_path / "state" / "BrassKettle.json"
    memory = after_reply(AT_HOME, "p1", "c1", "MossBot", "How kind.")
    save_memory(file, memory)
    save_memory(file, memory)
    assert load_memory(file) == memory
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["BrassKettle.json"]
    assert "api_key" not in repr(memory)


def test_a_broken_memory_is_no_memory(tmp_path):
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    assert load_memory(tmp_path / "x.json") is None
    assert load_memory(tmp_path / "y.json") is None
