"""What stands around a model: patience, budget, cache, record and gate, around a real client and a peer over HTTP."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import msgspec
import pytest
from starlette.responses import Response

from moltbook.minds.models.budgeted import Budgeted, Grant, Purse, Share, most_of
from moltbook.minds.models.cached import Cached
from moltbook.minds.models.gate import Gate
from moltbook.minds.models.keys import Key
from moltbook.minds.models.model import (
    NOTHING,
    Busy,
    Completion,
    Line,
    NoModel,
    OutOfBudget,
    Question,
    Role,
    Spent,
    Unfit,
)
from moltbook.minds.models.openai import OpenAIModel
from moltbook.minds.models.patient import Patience, Patient
from moltbook.minds.models.prices import FREE, Price
from moltbook.minds.models.recorded import Recorded, Replayed
from tests.minds.models.peers import KEY, Peer, continued, refused, said

SHAPE = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
GOOD, OTHER = '{"text": "The boat."}', '{"text": "The cat."}'


def question(text: str = "Which?") -> Question:
    return Question(lines=(Line(Role.USER, text),), name="choice", schema=SHAPE, most_tokens=50)


@contextmanager
def model_of(*answers: Response, price: Price = FREE) -> Iterator[tuple[OpenAIModel, Peer]]:
    peer = Peer(*answers)
    with peer.listening() as url:
        yield OpenAIModel("m", Key(KEY), url, price), peer


class Pauses:
    """Notes how long it is asked to wait, and does not."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def test_patience_waits_as_long_as_it_is_told_and_longer_each_time():
    slow, busy = refused(429, "Slow down", retry_after="7"), refused(503, "Loading")
    with model_of(busy, slow, busy, said(GOOD)) as (model, peer):
        pauses = Pauses()
        patient = Patient(model, Random(1), Patience(), pauses)
        assert (await patient.answer(question())).value == {"text": "The boat."}
        await patient.close()
    first, told, third = pauses.seconds
    assert 0.25 <= first <= 0.5
    assert 7 <= told <= 7.5
    assert 1.0 <= third <= 2.0
    assert len(peer.heard) == 4


async def test_patience_ends():
    with model_of(refused(503, "Loading")) as (model, peer):
        patient = Patient(model, Random(1), Patience(tries=3), Pauses())
        with pytest.raises(Busy):
            await patient.answer(question())
        await patient.close()
    assert len(peer.heard) == 3


async def test_who_is_told_to_wait_long_is_told_so_at_once():
    with model_of(refused(429, "Come tomorrow", retry_after="86400")) as (model, peer):
        patient = Patient(model, Random(1), Patience(), Pauses())
        with pytest.raises(Busy) as caught:
            await patient.answer(question())
        await patient.close()
    assert caught.value.retry_after_seconds == 86400
    assert len(peer.heard) == 1


async def test_what_a_lost_try_cost_is_counted():
    with model_of(said("{"), refused(503, "Loading"), said(GOOD)) as (model, _):
        patient = Patient(model, Random(1), Patience(), Pauses())
        answered = await patient.answer(question())
        await patient.close()
    assert answered.spent == Spent(2, 80, 0, 18)


async def test_a_budget_is_never_overspent_by_requests_side_by_side():
    with model_of(said(GOOD, read=90, written=10)) as (model, peer):
        room = most_of(question(), FREE).tokens
        purse = Purse(Grant(tokens=room + 1000))
        budgeted = Budgeted(model, purse)

        async def ask() -> int:
            try:
                return (await budgeted.answer(question())).spent.tokens
            except OutOfBudget:
                return 0

        told = [tokens for _ in range(8) for tokens in await asyncio.gather(*(ask() for _ in range(4)))]
        await budgeted.close()
    assert purse.spent.tokens == sum(told) == 100 * len(peer.heard)
    assert purse.spent.tokens <= room + 1000
    assert purse.spent.tokens >= 1000, "what is left is less than one request can cost"
    assert 0 in told


async def test_a_budget_counts_what_came_to_nothing():
    with model_of(said("{")) as (model, _):
        budgeted = Budgeted(model, purse := Purse(Grant(tokens=10_000)))
        with pytest.raises(Unfit):
            await budgeted.answer(question())
        await budgeted.close()
    assert purse.spent.tokens == 98


async def test_dollars_are_a_bound_too_and_a_share_does_not_close_the_model():
    price = Price(1.0, 100.0)
    with model_of(continued(" red."), price=price) as (model, peer):
        ask = Completion(prompt="The boat is", candidates=1, most_tokens=10)
        run, own = Purse(Grant()), Purse(Grant(dollars=most_of(ask, price).dollars * 1.05))
        whole = Budgeted(model, run, price)
        share = Share(whole, own, price)
        await share.complete(ask)
        with pytest.raises(OutOfBudget, match=r"\$0\.0002 of \$0\.00"):
            await share.complete(ask)
        await share.close()
        await whole.complete(ask)
        await whole.close()
    assert own.spent.dollars == pytest.approx((7 * 1.0 + 2 * 100.0) / 1e6)
    assert run.spent.calls == len(peer.heard) == 2


async def test_the_same_request_is_answered_from_disk_also_by_the_next_process(tmp_path):
    file = tmp_path / "models" / "cache"
    with model_of(said(GOOD), said(OTHER)) as (model, peer):
        cached = Cached(model, file)
        first = await cached.answer(question())
        assert await cached.answer(question()) == msgspec.structs.replace(first, spent=NOTHING)
        other = await cached.answer(msgspec.structs.replace(question(), seed=2))
        await cached.close()
    with model_of(refused(503, "gone")) as (model, silent):
        cached = Cached(model, file)
        assert (await cached.answer(question())).value == first.value
        await cached.close()
    assert other.value == {"text": "The cat."}
    assert len(peer.heard) == 2
    assert silent.heard == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_the_cache_is_bounded_and_forgets_what_was_used_longest_ago(tmp_path):
    with model_of(said(GOOD)) as (model, peer):
        cached = Cached(model, tmp_path / "cache", most_kept=10)
        for number in range(10):
            await cached.answer(question(f"{number}?"))
        await cached.answer(question("0?"))
        await cached.answer(question("one more?"))
        assert len(peer.heard) == 11
        await cached.answer(question("0?"))
        assert len(peer.heard) == 11, "used lately, so still there"
        await cached.answer(question("1?"))
        assert len(peer.heard) == 12
        await cached.close()


async def test_a_file_that_is_no_cache_is_refused(tmp_path):
    (tmp_path / "cache").write_text("notes of mine\n" * 100)
    with model_of(said(GOOD)) as (model, _), pytest.raises(NoModel, match="no cache of ours"):
        Cached(model, tmp_path / "cache")


async def test_a_record_replays_to_the_identical_answers_failures_included(tmp_path):
    file = tmp_path / "record.jsonl"
    asks = [question("a?"), question("b?"), question("a?"), question("c?"), Completion(prompt="The boat", candidates=2)]
    answers = [said(GOOD), said(OTHER), said(OTHER), refused(429, "Slow", retry_after="3"), continued(" is", " was")]

    async def run(model: Recorded | Replayed) -> list[str]:
        told = []
        for ask in asks:
            try:
                got = await (model.answer(ask) if isinstance(ask, Question) else model.complete(ask))
                told.append(repr(got))
            except Busy as trouble:
                told.append(f"{trouble} {trouble.retry_after_seconds} {trouble.spent}")
        await model.close()
        return told

    with model_of(*answers) as (model, _):
        then = await run(Recorded(model, file))
    assert await run(Replayed(file)) == then
    assert KEY not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_replay_refuses_what_was_not_asked_then(tmp_path):
    with model_of(said(GOOD)) as (model, _):
        recorded = Recorded(model, tmp_path / "record")
        await recorded.answer(question("a?"))
        await recorded.close()
    replayed = Replayed(tmp_path / "record")
    with pytest.raises(NoModel, match=r"never asked: “…b\?”"):
        await replayed.answer(question("b?"))
    await replayed.answer(question("a?"))
    with pytest.raises(NoModel, match="not asked so often"):
        await replayed.answer(question("a?"))
    with pytest.raises(NoModel, match="the record ends here"):
        await replayed.answer(question("c?"))
    await replayed.close()


async def test_a_record_of_a_run_that_was_killed_goes_on_after_its_last_whole_line(tmp_path):
    file = tmp_path / "record"
    for text in ("a?", "b?"):
        with model_of(said(GOOD)) as (model, _):
            recorded = Recorded(model, file)
            await recorded.answer(question(text))
            await recorded.close()
        with file.open("a") as torn:
            torn.write('{"key": "half a li')
    replayed = Replayed(file)
    for text in ("b?", "a?"):
        assert (await replayed.answer(question(text))).value == {"text": "The boat."}
    await replayed.close()


@pytest.mark.parametrize("content", ["notes of mine\n", '{"recorded":"other","thinks":true}\n'])
async def test_a_record_is_never_written_into_another_file(tmp_path, content):
    (tmp_path / "file").write_text(content)
    with model_of(said(GOOD)) as (model, _), pytest.raises(NoModel, match="record of"):
        Recorded(model, tmp_path / "file")
    assert (tmp_path / "file").read_text() == content


async def test_a_gate_lets_so_many_through_at_a_time():
    with model_of(said(GOOD)) as (model, peer):
        gate = Gate(model, 3)
        await asyncio.gather(*(gate.answer(question(str(number))) for number in range(24)))
        await gate.close()
    assert len(peer.heard) == 24
    assert peer.most_at_once <= 3
