"""Lives on a real server: looking in few requests, answering, remembering, and repeating nothing after a crash."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import msgspec
import pytest

from moltbook.app import Server
from moltbook.client import AsyncMoltbook, RetryPolicy, Unauthorized
from moltbook.minds.account import move_in
from moltbook.minds.acts import Found, Join, Open, Post, Reply, Target, Vote, Write
from moltbook.minds.desk import FileDesk, Kept, LooseDesk, read_file, write_file
from moltbook.minds.life import Life
from moltbook.minds.looking import Attention, look, look_as_original
from moltbook.minds.memory import Memory, Why, explain, new_memory
from moltbook.minds.persona import Persona, the_residents
from moltbook.minds.scripted import ScriptedMind
from moltbook.minds.wish import Budget, Pending, Wish
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.wired import listening

BUTLER = next(persona for persona in the_residents() if persona.name == "BrassKettle")


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.time


class House:
    """A real server, those who live there, and what they asked of it."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self.folder = folder
        self.clock = Clock()
        self.asked: Counter[str] = Counter()
        self._open = AsyncExitStack()

    async def client(self, name: str = "", key: str | None = None) -> AsyncMoltbook:
        """A client of a stranger, who registers when he has a name."""
        api = AsyncMoltbook(self.address, key, retry=RetryPolicy(attempts=1), rng=Random(1))
        await self._open.enter_async_context(api)
        if name:
            await api.register(name, "I ask.")
        return api

    async def life(self, persona: Persona = BUTLER, seed: int = 1, **more: Any) -> Life:
        """A being that moved in."""
        api = await self.client()
        account = await move_in(api, persona, Random(seed))
        api._http.event_hooks["request"].append(self._note)
        return self.resume(persona, account, Memory(), api, LooseDesk(), seed, **more)

    def resume(self, persona, account, memory, api, desk, seed: int = 1, **more: Any) -> Life:
        """A being as it was kept."""
        return Life(persona, account, memory, api, ScriptedMind(), desk, rng=Random(seed), clock=self.clock, **more)

    def later(self, minutes: float = 31) -> None:
        """Let time pass for the beings."""
        self.clock.time += timedelta(minutes=minutes)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._open.aclose()

    async def _note(self, request: httpx2.Request) -> None:
        self.asked[request.method] += 1


@pytest.fixture
async def house(dsn: str, tmp_path: Path) -> AsyncIterator[House]:
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running(), listening(server) as port:
        house = House(f"http://127.0.0.1:{port}", tmp_path)
        yield house
        await house.close()


async def speaks(life: Life, house: House, most: int = 30) -> Post:
    """Let it take turns until it has posted."""
    for _ in range(most):
        deed = await life.turn()
        house.later()
        if found := [act for act in deed.acts if isinstance(act, Post)]:
            return found[0]
    raise AssertionError("it never posted")


async def told(life: Life, house: House, kind: type, most: int = 12) -> Any:
    """Let it take turns until the network has told it, and it acts so."""
    for _ in range(most):
        deed = await life.turn()
        house.later()
        if found := [act for act in deed.acts if isinstance(act, kind)]:
            return found[0]
    raise AssertionError(f"no {kind.__name__}")


async def test_a_being_answers_who_answered_it_and_says_why(house):
    life = await house.life()
    await speaks(life, house)
    guest = await house.client("Guest")
    [post] = (await guest.posts(author="BrassKettle", limit=1)).items
    asked = await guest.create_comment(post.id, "Why did the spoon leave the teapot?")
    reply = await told(life, house, Reply)
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
    guest = await house.client("Guest")
    await guest.create_post("general", "The teapot", "Who polished the spoon?")
    for _ in range(3):
        await life.turn()
        house.later()
    house.asked.clear()
    for _ in range(5):
        deed = await life.turn()
        house.later()
        assert not deed.acts
    assert house.asked == {"GET": 5}


async def test_a_look_costs_at_most_four_requests_and_a_half(house):
    life = await house.life(budget=Budget(acts=0))
    guest = await house.client("Guest")
    for number in range(12):
        post = await guest.create_post("general", f"The teapot {number}", f"Who polished spoon number {number}?")
        await guest.create_comment(post.id, f"@BrassKettle might know about lamp {number}.")
        await life.turn()
        house.later()
    assert house.asked["GET"] <= 12 * 4.5
    assert set(house.asked) == {"GET"}


async def test_what_waits_is_answered_turn_after_turn(house):
    life = await house.life()
    await speaks(life, house)
    guest = await house.client("Guest")
    [post] = (await guest.posts(author="BrassKettle", limit=1)).items
    questions = ("Who polished the lamp?", "Where is the good spoon?", "Did the carpet complain?")
    asked = {(await guest.create_comment(post.id, question)).id for question in questions}
    answered = set()
    for _ in range(6):
        deed = await life.turn()
        house.later()
        answered |= {act.to.id for act in deed.acts if isinstance(act, Reply)}
    assert asked <= answered


async def test_friends_talk_alone_once_both_said_yes(house):
    life = await house.life()
    guest = await house.client("Guest")
    talk = (await guest.ask_to_message("BrassKettle", "May I ask about your teapot?")).conversation_id
    for _ in range(8):
        deed = await life.turn()
        house.later()
        if Open(talk) in deed.acts:
            break
    assert any(isinstance(act, Write) for act in deed.acts)
    await guest.send_message(talk, "Does the teapot sing in the morning?")
    await told(life, house, Write)
    written = [message for message in (await guest.messages(talk)).items if not message.from_you]
    assert len(written) == 2
    assert written[-1].content not in deed.line, "what is said between two stays between them"


async def test_a_being_joins_what_is_there_and_founds_what_is_missing(house):
    life = await house.life()
    done = []
    for _ in range(60):
        done += (await life.turn()).acts
        house.later()
    assert Join("introductions") in done
    assert [act.name for act in done if isinstance(act, Found)] == ["kitchen"]
    guest = await house.client("Guest")
    assert (await guest.submolt("kitchen")).description
    assert "kitchen" in {(await guest.post(e.post_id)).submolt.name for e in life.memory.episodes if e.post_id}


async def test_votes_are_cast_once_and_stay(house):
    life = await house.life()
    guest = await house.client("Guest")
    for number in range(6):
        await guest.create_post("general", f"Spoon {number}", f"The spoon number {number} and the teapot.")
    cast = []
    for _ in range(8):
        cast += [act.on.id for act in (await life.turn()).acts if isinstance(act, Vote)]
        house.later()
    assert cast
    assert len(cast) == len({*cast})
    ups = [post.upvotes for post in (await guest.posts(author="Guest")).items]
    assert sum(ups) == len(cast)


class Crash(BaseException):
    """The process ends."""


class CrashingDesk(FileDesk):
    """A file desk in a process that ends just before, or just after, an act of words is sent."""

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
async def test_an_act_cut_off_by_a_crash_is_done_once(house, when):
    file = house.folder / "b.json"
    api = await house.client()
    account = await move_in(api, BUTLER, Random(1))
    roots = new_memory(BUTLER.opinions.likes, BUTLER.opinions.dislikes)
    write_file(file, Kept(name=account.name, api_key=account.api_key, memory=roots))
    desk = CrashingDesk(file, read_file(file))
    desk.when = when
    life = house.resume(BUTLER, account, roots, api, desk)
    with pytest.raises(Crash):
        await speaks(life, house)
    kept = read_file(file)
    begun = kept.pending.wish.act
    # Another process goes on from the file, with another seed.
    again = house.resume(BUTLER, kept.account, kept.memory, await house.client(key=kept.api_key),
                         FileDesk(file, kept), seed=99, budget=Budget(posts=0))  # fmt: skip
    deed = await again.turn()
    assert deed.acts[0] == begun
    await again.turn()
    posts = (await (await house.client()).posts(author=account.name)).items
    assert [(post.title, post.content) for post in posts] == [(begun.title, begun.text)]
    assert again.memory.posts_made == 1
    assert read_file(file).pending is None


async def test_an_act_left_for_days_is_let_go(house):
    api = await house.client()
    account = await move_in(api, BUTLER, Random(1))
    guest = await house.client("Guest")
    post = await guest.create_post("general", "Spoon", "The spoon and the teapot.")
    desk = LooseDesk()
    old = house.clock.time - timedelta(hours=50)
    stale = Pending(wish=Wish(act=Reply(Target(post.id), "Too late."), why=Why("feed")), key="k", at=old)
    await desk.begin(stale, Memory())
    late = house.resume(BUTLER, account, Memory(), api, desk, budget=Budget(acts=0))
    assert (await late.turn()).acts == ()
    assert not [c for c in (await guest.comments(post.id)).items if c.content == "Too late."]
    assert post.id in late.memory.answered


async def test_what_is_gone_is_not_tried_again(house):
    life = await house.life(budget=Budget(posts=0))
    guest = await house.client("Guest")
    post = await guest.create_post("general", "Spoon", "@BrassKettle, the spoon and the teapot?")
    sight = await look(life._api, life.name, life.memory, house.clock.time, Random(1))
    await guest.delete_post(post.id)

    async def behind_the_times(*_: Any) -> Any:
        return sight

    life._looking = behind_the_times
    deed = await life.turn()
    assert "not_found" in {code.lower() for code in deed.refused}
    house.later()
    assert not (await life.turn()).refused


async def test_a_key_that_counts_no_more_ends_the_life(house):
    life = await house.life()
    life._api._api_key = "moltbook_sk_unknown"
    with pytest.raises(Unauthorized):
        await life.turn()


async def test_polling_reads_as_much_but_is_told_nothing(house):
    life = await house.life()
    await speaks(life, house)
    guest = await house.client("Guest")
    [post] = (await guest.posts(author="BrassKettle", limit=1)).items
    await guest.create_comment(post.id, "Why did the spoon leave the teapot?")
    for number in range(40):
        await guest.create_post("general", f"Hat {number}", f"A hat with the number {number}.")
    attention = Attention(texts=10)
    given = (life._api, life.name, life.memory, house.clock.time)
    ours = await look(*given, Random(1), attention)
    theirs = [await look_as_original(*given, Random(seed), attention) for seed in range(6)]
    assert [heard.author for heard in ours.to_me] == ["Guest"]
    for sight in (ours, *theirs):
        assert len(sight.to_me) + len(sight.feed) == 10
    assert {len(sight.mentions) + len(sight.letters) + sight.seq for sight in theirs} == {0}


async def test_the_same_seed_lives_the_same_life(house):
    async def first_words(seed: int, name: str) -> list[str]:
        life = await house.life(msgspec.structs.replace(BUTLER, name=name), seed, budget=Budget(ties=0, replies=0))
        return [(await speaks(life, house)).text]

    assert await first_words(7, "One") == await first_words(7, "Two")
