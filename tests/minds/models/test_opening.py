"""From words on a command line to a model: specs, keys, prices, the order of the wrappers."""

from __future__ import annotations

import pytest

from moltbook.minds.models.model import Line, NoModel, OutOfBudget, Question, Role
from moltbook.minds.models.opening import Family, Spec, Terms, open_model, read_spec
from moltbook.minds.models.prices import Price, price_of
from moltbook.minds.scripted import ScriptedMind
from moltbook.minds.thinker import Thinker, mind_of
from moltbook.minds.voice import Voice
from tests.minds.models.peers import KEY, Peer, refused, said

SHAPE = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
QUESTION = Question(lines=(Line(Role.USER, "Which?"),), name="choice", schema=SHAPE, most_tokens=50)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("local", Spec(Family.LOCAL)),
        ("local:qwen-1.5b", Spec(Family.LOCAL, "qwen-1.5b")),
        ("local:/models/some:odd@name.gguf", Spec(Family.LOCAL, "/models/some:odd@name.gguf")),
        ("openai:gpt-4.1-mini", Spec(Family.OPENAI, "gpt-4.1-mini")),
        ("openai:llama3:8b@http://localhost:11434/v1/", Spec(Family.OPENAI, "llama3:8b", "http://localhost:11434/v1")),
        ("anthropic:claude-haiku-4-5", Spec(Family.ANTHROPIC, "claude-haiku-4-5")),
        ("statistical", Spec(Family.STATISTICAL)),
    ],
)
def test_a_spec_is_read(text, spec):
    assert read_spec(text) == spec


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "names no model"),
        ("gpt-5", "names no model; write local"),
        ("openai:", "write openai:MODEL"),
        ("openai:m@localhost:11434", "no address"),
        ("openai:m@http://me:secret@host/v1", "not in its address"),
        ("statistical:big", "statistical alone"),
    ],
)
def test_a_spec_that_names_nothing_is_refused_with_the_way_to_write_it(text, says):
    with pytest.raises(NoModel, match=says) as caught:
        open_model(text)
    assert "secret" not in str(caught.value)


def test_a_provider_without_a_key_is_refused():
    for spec in ("openai:gpt-5", "anthropic:claude-haiku-4-5"):
        with pytest.raises(NoModel, match="_API_KEY"):
            open_model(spec, environment={"MOLTBOOK_MODEL_KEY": KEY})


async def test_a_key_goes_to_the_endpoint_it_was_given_for_and_no_other():
    peer = Peer(said('{"text": "x"}'))
    with peer.listening() as url:
        for environment in ({"OPENAI_API_KEY": "sk-of-openai"}, {"MOLTBOOK_MODEL_KEY": KEY}):
            model = open_model(f"openai:m@{url}", environment=environment)
            assert model is not None
            await model.answer(QUESTION)
            await model.close()
    assert [heard.headers["authorization"] for heard in peer.heard] == ["Bearer none", f"Bearer {KEY}"]


async def test_everything_stands_in_its_order(tmp_path):
    """The cache spares the purse, a retry passes the gate again, and the record holds all that the mind was told."""
    peer = Peer(refused(429, "Slow down", retry_after="0"), said('{"text": "x"}'))
    record = tmp_path / "record"
    with peer.listening() as url:
        terms = Terms(cache=tmp_path / "cache", record=record, tokens=1500, at_once=1)
        model = open_model(f"openai:m@{url}", terms, {})
        assert model is not None
        told = [await model.answer(QUESTION) for _ in range(3)]
        with pytest.raises(OutOfBudget):
            for seed in range(99):
                await model.answer(Question(lines=QUESTION.lines, name="x", schema=SHAPE, seed=seed))
        await model.close()
    assert [answered.spent.tokens for answered in told] == [49, 0, 0]
    replayed = open_model("openai:m@http://nowhere.invalid/v1", Terms(replay=record), {})
    assert replayed is not None
    assert [await replayed.answer(QUESTION) for _ in range(3)] == told
    assert replayed.thinks
    await replayed.close()


def test_money_without_a_price_is_refused():
    with pytest.raises(NoModel, match="--price-in and --price-out"):
        open_model("openai:m@http://localhost:1/v1", Terms(dollars=1.0), {})
    with pytest.raises(NoModel, match="two parts"):
        open_model("openai:m@http://localhost:1/v1", Terms(dollars=1.0, price_in=1.0), {})
    assert price_of(None, None) is None
    assert price_of(1.0, 2.0) == Price(1.0, 2.0)


def test_who_writes_goes_with_the_model(tmp_path):
    assert isinstance(mind_of(open_model("statistical")), ScriptedMind)
    assert isinstance(mind_of(open_model("openai:m@http://localhost:1/v1", environment={})), Thinker)
    (tmp_path / "mine.gguf").write_bytes(b"weights")
    assert isinstance(mind_of(open_model(f"local:{tmp_path / 'mine.gguf'}")), Voice)
