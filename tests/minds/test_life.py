"""Lives on a real server: looking in few requests, answering, remembering, and repeating nothing after a crash."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import msgspec
import pytest

from moltbook.client import Unauthorized
from moltbook.minds.acts import Found, Join, Open, Post, Reply, Target, Vote, Write, call_of
from moltbook.minds.desk import LooseDesk
from moltbook.minds.looking import Attention, look, look_as_original
from moltbook.minds.memory import Memory, Why, explain, new_memory
from moltbook.minds.runner.keeping import StoreDesk
from moltbook.minds.store import Store
from moltbook.minds.wish import Budget, Pending, Wish
from tests.minds.house import BUTLER, House, move_in


@pytest.fixture
def house(network):
    return House(network)


async def test_a_being_answers_who_answered_it_and_says_why(house):
    life = await house.life()
    post = await house.thread(life)
    guest = await house.guest("Guest")
    asked = await guest.create_comment(post.id, "Why did the spoon leave the teapot?")
    reply = await house.until(life, Reply)
    assert reply.to == Target(post.id, asked.id)
    [below] = (await guest.comments(post.id)).items[0].replies
    assert (below.author_name, below.content) == ("BrassKettle", reply.text)
    why = explain(life.memory, below.id)
    assert why is not None
    assert "Guest" in life.memory.people
    episode = next(e for e in life.memory.episodes if e.origin.text_id == below.id)
    assert (episode.why.cause, episode.why.heard, episode.with_whom) == ("answer", asked.id, "Guest")


async def test_a_heartbeat_that_finds_nothing_new_is_one_request(house):
    life = await house.life(budget=Budget(posts=0), looking=lambda *given: look(*given, Attention(curiosity=0.0)))
    guest = await house.guest("Guest")
    await guest.create_post("general", "The teapot", "Who polished the spoon?")
    for _ in range(3):
        await house.turn(life)
    house.asked.clear()
    for _ in range(5):
        deed = await house.turn(life)
        assert not deed.acts
    assert house.asked == {"GET": 5}


async def test_a_look_costs_at_most_four_requests_and_a_half(house):
    life = await house.life(budget=Budget(acts=0))
    guest = await house.guest("Guest")
    for number in range(5):
        post = await guest.create_post("general", f"The teapot {number}", f"Who polished spoon number {number}?")
        await guest.create_comment(post.id, f"@BrassKettle might know about lamp {number}.")
        await house.turn(life)
    assert house.asked["GET"] <= 5 * 4.5
    assert set(house.asked) == {"GET"}


async def test_what_waits_is_answered_turn_after_turn(house):
    life = await house.life()
    post = await house.thread(life)
    guest = await house.guest("Guest")
    questions = ("Who polished the lamp?", "Where is the good spoon?", "Did the carpet complain?")
    asked = {(await guest.create_comment(post.id, question)).id for question in questions}
    answered = set()
    for _ in range(6):
        deed = await house.turn(life)
        answered |= {act.to.id for act in deed.acts if isinstance(act, Reply)}
    assert asked <= answered


async def test_friends_talk_alone_once_both_said_yes(house):
    life = await house.life()
    guest = await house.guest("Guest")
    talk = (await guest.ask_to_message("BrassKettle", "May I ask about your teapot?")).conversation_id
    for _ in range(8):
        deed = await house.turn(life)
        if Open(talk) in deed.acts:
            break
    assert any(isinstance(act, Write) for act in deed.acts)
    await guest.send_message(talk, "Does the teapot sing in the morning?")
    await house.until(life, Write)
    written = [message for message in (await guest.messages(talk)).items if not message.from_you]
    assert len(written) == 2
    assert written[-1].content not in deed.line, "what is said between two stays between them"


async def test_a_being_joins_what_is_there_and_founds_what_is_missing(house):
    life = await house.life(looking=lambda *given: look(*given, Attention(wanderlust=1.0)))
    done = []
    for _ in range(14):
        done += (await house.turn(life)).acts
    assert Join("introductions") in done
    assert [act.name for act in done if isinstance(act, Found)] == ["kitchen"]
    guest = await house.guest("Guest")
    assert (await guest.submolt("kitchen")).description
    assert "kitchen" in {(await guest.post(e.post_id)).submolt.name for e in life.memory.episodes if e.post_id}


async def test_votes_are_cast_once_and_stay(house):
    life = await house.life()
    guest = await house.guest("Guest")
    for number in range(6):
        await guest.create_post("general", f"Spoon {number}", f"The spoon number {number} and the teapot.")
    cast = []
    for _ in range(8):
        cast += [act.on.id for act in (await house.turn(life)).acts if isinstance(act, Vote)]
    assert cast
    assert len(cast) == len({*cast})
    ups = [post.upvotes for post in (await guest.posts(author="Guest")).items]
    assert sum(ups) == len(cast)


class Crash(BaseException):
    """The process ends."""


class CrashingDesk(StoreDesk):
    """A desk in a process that ends just before, or just after, an act of words is sent."""

    when = "never"

    async def begin(self, pending: Pending, memory: Memory) -> None:
        await super().begin(pending, memory)
        if self.when == "before" and isinstance(pending.wish.act, Post):
            raise Crash

    async def done(self, memory: Memory) -> None:
        pending = self.pending()
        if self.when == "after" and pending is not None and isinstance(pending.wish.act, Post):
            raise Crash
        await super().done(memory)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_act_cut_off_by_a_crash_is_done_once(house, tmp_path, when):
    store = Store(tmp_path / "b.sqlite")
    api = house.client()
    account = await move_in(api, BUTLER)
    roots = new_memory(BUTLER.opinions.likes, BUTLER.opinions.dislikes)
    await store.intend(0, BUTLER.name, account.name)
    await store.move_in(0, account)
    desk = CrashingDesk(store, *await store.fetch([0]), tell=lambda pending: None)
    desk.when = when
    life = house.resume(BUTLER, account, roots, api, desk)
    with pytest.raises(Crash):
        await house.until(life, Post)
    await store.close()
    # Another process goes on from the file, with another seed.
    store = Store(tmp_path / "b.sqlite")
    [kept] = await store.fetch([0])
    begun = msgspec.json.decode(kept.pending.act, type=Pending).wish.act
    again = house.resume(BUTLER, kept.account, kept.memory, house.client(kept.account.api_key),
                         StoreDesk(store, kept, lambda pending: None), seed=99, budget=Budget(posts=0))  # fmt: skip
    deed = await house.turn(again)
    assert deed.acts[0] == begun
    await house.turn(again)
    posts = (await house.client().posts(author=account.name)).items
    assert [(post.title, post.content) for post in posts] == [(begun.title, begun.text)]
    assert again.memory.posts_made == 1
    [kept] = await store.fetch([0])
    assert kept.pending is None
    await store.close()


async def test_an_act_that_was_done_and_whose_answer_was_lost_with_its_server_counts_as_done(house, tmp_path):
    api, guest = house.client(), await house.guest("Guest")
    account = await move_in(api, BUTLER)
    talk = (await guest.ask_to_message(account.name, "May I ask about your teapot?")).conversation_id
    await api.approve_request(talk)
    asked = await guest.send_message(talk, "Does the teapot sing in the morning?")
    store = Store(tmp_path / "b.sqlite")
    await store.intend(0, BUTLER.name, account.name)
    await store.move_in(0, account)
    desk = StoreDesk(store, *await store.fetch([0]), tell=lambda pending: None)
    answer = Wish(act=Write(talk, "It sings at noon."), why=Why("letter", heard=asked.id), author="Guest")
    await desk.begin(Pending(wish=answer, key="k-1", at=house.clock()), Memory())
    await api.send(call_of(answer.act), key="k-1")
    await house.network.house.pool.execute("UPDATE repeats SET answer = NULL")
    house.clock.advance(seconds=61)
    [kept] = await store.fetch([0])
    desk = StoreDesk(store, kept, lambda pending: None)
    life = house.resume(BUTLER, account, kept.memory, api, desk, budget=Budget(posts=0, replies=0, ties=0))
    deed = await house.turn(life)
    assert (deed.acts, deed.refused) == ((answer.act,), ())
    assert ([key for key, _ in store.deeds()], desk.pending()) == (["k-1"], None)
    assert [e.text for e in life.memory.episodes if e.is_own] == ["It sings at noon."]
    await house.turn(life)
    mine = [message.content for message in (await guest.messages(talk)).items if not message.from_you]
    assert mine == ["It sings at noon."]
    await store.close()


async def test_an_act_left_for_days_is_let_go(house):
    api = house.client()
    account = await move_in(api, BUTLER)
    guest = await house.guest("Guest")
    post = await guest.create_post("general", "Spoon", "The spoon and the teapot.")
    desk = LooseDesk()
    old = house.clock() - timedelta(hours=50)
    stale = Pending(wish=Wish(act=Reply(Target(post.id), "Too late."), why=Why("feed")), key="k", at=old)
    await desk.begin(stale, Memory())
    late = house.resume(BUTLER, account, Memory(), api, desk, budget=Budget(acts=0))
    assert (await house.turn(late)).acts == ()
    assert not [c for c in (await guest.comments(post.id)).items if c.content == "Too late."]
    assert post.id in late.memory.answered


async def test_what_is_gone_is_not_tried_again(house):
    life = await house.life(budget=Budget(posts=0))
    guest = await house.guest("Guest")
    post = await guest.create_post("general", "Spoon", "@BrassKettle, the spoon and the teapot?")
    sight = await look(life._api, life.name, life.memory, house.clock(), Random(1))
    await guest.delete_post(post.id)

    async def behind_the_times(*_: Any) -> Any:
        return sight

    life._looking = behind_the_times
    deed = await house.turn(life)
    assert "not_found" in {code.lower() for code in deed.refused}
    for _ in range(3):
        await house.turn(life)
    tried = [request.url.path for request in house.sent if request.method == "POST"]
    assert len(tried) == len({*tried})


async def test_a_key_that_counts_no_more_ends_the_life(house):
    life = await house.life()
    life._api._api_key = "moltbook_sk_unknown"
    with pytest.raises(Unauthorized):
        await house.turn(life)


async def test_polling_reads_as_much_but_is_told_nothing(house):
    life = await house.life()
    post = await house.thread(life)
    guest = await house.guest("Guest")
    await guest.create_comment(post.id, "Why did the spoon leave the teapot?")
    for number in range(12):
        await guest.create_post("general", f"Hat {number}", f"A hat with the number {number}.")
    await house.network.settle()
    attention = Attention(texts=10)
    given = (life._api, life.name, life.memory, house.clock())
    ours = await look(*given, Random(1), attention)
    theirs = [await look_as_original(*given, Random(seed), attention) for seed in range(6)]
    assert [heard.author for heard in ours.to_me] == ["Guest"]
    for sight in (ours, *theirs):
        assert len(sight.to_me) + len(sight.feed) == 10
    assert {len(sight.mentions) + len(sight.letters) + sight.seq for sight in theirs} == {0}


async def test_the_same_seed_lives_the_same_life(house):
    async def first_words(seed: int, name: str) -> list[str]:
        life = await house.life(msgspec.structs.replace(BUTLER, name=name), seed, budget=Budget(ties=0, replies=0))
        return [(await house.until(life, Post)).text]

    assert await first_words(7, "One") == await first_words(7, "Two")
