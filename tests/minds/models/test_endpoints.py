"""Models behind endpoints: the embedded llama.cpp over HTTP with the official SDK, and peers of every temper."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from collections.abc import Iterator

import msgspec
import openai
import pytest

from moltbook.minds.models.anthropic import AnthropicModel
from moltbook.minds.models.keys import Key, find_key
from moltbook.minds.models.llama import Load, Told
from moltbook.minds.models.model import (
    Busy,
    Completion,
    Line,
    NoModel,
    OutOfBudget,
    Question,
    Role,
    Unfit,
)
from moltbook.minds.models.openai import OpenAIModel
from moltbook.minds.models.prices import Price
from moltbook.minds.models.weights import find_weights
from tests.minds.models.peers import KEY, Peer, continued, overloaded, refused, said, used_tool

SHAPE = {
    "type": "object",
    "properties": {
        "to": {"type": "integer", "minimum": 1, "maximum": 3},
        "text": {"type": "string", "pattern": "^[A-Za-z ,.'!?]{4,16}$"},
    },
    "required": ["to", "text"],
    "additionalProperties": False,
}
QUESTION = Question(
    lines=(Line(Role.SYSTEM, "You like boats."), Line(Role.USER, "1 lamp, 2 cat, 3 boat: which?")),
    name="choice", schema=SHAPE, most_tokens=50, seed=5,
)  # fmt: skip
GOOD = '{"to": 3, "text": "The boat."}'


@pytest.fixture(scope="module")
def embedded() -> Iterator[str]:
    """The llama.cpp that lives in this house, on a port, with a key."""
    try:
        weights = find_weights()
    except NoModel as reason:
        pytest.skip(f"no language model here: {reason}")
    command = [sys.executable, "-m", "moltbook.minds.models.llama"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(Load(str(weights), key=KEY, alias="smollm2")) + b"\n")
        process.stdin.flush()
        yield msgspec.json.decode(process.stdout.readline(), type=Told).address + "/v1"
        process.stdin.close()


async def test_the_embedded_model_answers_any_client_of_openai_in_the_shape_asked_for(embedded):
    async with openai.AsyncOpenAI(base_url=embedded, api_key=KEY, max_retries=0) as stranger:
        assert [model.id async for model in stranger.models.list()] == ["smollm2"]
    model = OpenAIModel("smollm2", Key(KEY), embedded)
    try:
        answered = await model.answer(QUESTION)
        completed = await model.complete(Completion(prompt="The boat is", candidates=2, most_tokens=5, seed=2))
    finally:
        await model.close()
    assert answered.value["to"] in {1, 2, 3}
    assert 4 <= len(answered.value["text"]) <= 16
    assert answered.spent.calls == 1
    assert len(completed.candidates) == 2
    assert completed.candidates[0].confidence < 0
    assert completed.spent.answer_tokens == 10


async def test_the_embedded_model_answers_nobody_without_its_key(embedded):
    model = OpenAIModel("smollm2", Key("sk-wrong"), embedded)
    with pytest.raises(NoModel, match="does not take the key"):
        await model.answer(QUESTION)
    await model.close()


async def test_the_schema_goes_along_and_the_price_is_counted():
    peer = Peer(said(GOOD, read=1000, cached=600, written=100))
    with peer.listening() as url:
        model = OpenAIModel("m", Key(KEY), url, Price(2.0, 10.0, 0.5))
        answered = await model.answer(QUESTION)
        await model.close()
    assert answered.value == {"to": 3, "text": "The boat."}
    assert answered.spent.dollars == pytest.approx((400 * 2 + 600 * 0.5 + 100 * 10) / 1e6)
    (heard,) = peer.heard
    assert heard.body["response_format"]["json_schema"]["schema"] == SHAPE
    assert heard.headers["authorization"] == f"Bearer {KEY}"


async def test_a_peer_without_schemas_gets_the_schema_in_words_and_is_not_asked_for_more_again():
    peer = Peer(refused(400, "'response_format.type' must be 'json_object' or 'text'"), said(GOOD), said(GOOD))
    with peer.listening() as url:
        model = OpenAIModel("m", None, url)
        await model.answer(QUESTION)
        await model.answer(QUESTION)
        await model.close()
    forms = [heard.body["response_format"]["type"] for heard in peer.heard]
    assert forms == ["json_schema", "json_object", "json_object"]
    assert '"pattern"' in peer.heard[-1].body["messages"][-1]["content"]


async def test_what_a_peer_refuses_by_name_is_left_out():
    peer = Peer(
        refused(400, "Unsupported value: 'temperature' does not support 0.8", "unsupported_value", "temperature"),
        refused(400, "Unsupported parameter: 'max_tokens' is not supported; use 'max_completion_tokens'",
                "unsupported_parameter", "max_tokens"),
        said(GOOD),
    )  # fmt: skip
    with peer.listening() as url:
        model = OpenAIModel("m", None, url)
        await model.answer(QUESTION)
        await model.close()
    last = peer.heard[-1].body
    assert last["max_completion_tokens"] == 50
    assert not last.keys() & {"temperature", "max_tokens"}


async def test_a_peer_continues_texts_where_it_can_and_says_so_where_not():
    peer = Peer(continued(" red.", " wet."), refused(404, "This is a chat model"))
    with peer.listening() as url:
        model = OpenAIModel("m", None, url)
        completed = await model.complete(Completion(prompt="The boat is", candidates=2))
        with pytest.raises(NoModel, match="chat model"):
            await model.complete(Completion(prompt="The boat is"))
        await model.close()
    assert [candidate.text for candidate in completed.candidates] == [" red.", " wet."]
    assert completed.candidates[0].confidence == -1.5
    assert peer.heard[0].path == "/completions"
    assert peer.heard[0].body["min_p"] == 0.08


async def test_an_answer_that_does_not_fit_is_asked_for_once_more():
    peer = Peer(said('{"to": 7, "text": "The boat."}'), said(GOOD))
    with peer.listening() as url:
        model = OpenAIModel("m", None, url)
        answered = await model.answer(QUESTION)
        await model.close()
    assert answered.spent.calls == 2
    assert "the answer.to must be at most 3" in peer.heard[1].body["messages"][-1]["content"]


async def test_an_answer_cut_off_twice_is_unfit():
    peer = Peer(said('{"to": 3, "te', finish="length"))
    with peer.listening() as url:
        model = OpenAIModel("m", None, url)
        with pytest.raises(Unfit) as caught:
            await model.answer(QUESTION)
        await model.close()
    assert caught.value.spent.tokens == 2 * 49


@pytest.mark.parametrize(
    ("answer", "kind", "wait"),
    [
        (refused(429, "Slow down", "rate_limit_exceeded", retry_after="7"), Busy, 7.0),
        (refused(503, "Loading model"), Busy, None),
        (refused(429, "You exceeded your current quota", "insufficient_quota"), OutOfBudget, None),
        (refused(401, f"Incorrect API key provided: {KEY}", "invalid_api_key"), NoModel, None),
        (refused(400, "This model's maximum context length is 8192 tokens"), NoModel, None),
    ],
)
async def test_refusals_are_told_apart_and_never_show_the_key(answer, kind, wait):
    with Peer(answer).listening() as url:
        model = OpenAIModel("m", Key(KEY), url)
        with pytest.raises(kind) as caught:
            await model.answer(QUESTION)
        await model.close()
    assert getattr(caught.value, "retry_after_seconds", None) == wait
    assert KEY not in str(caught.value)


async def test_a_peer_that_is_not_there_is_busy():
    with Peer(said(GOOD)).listening() as url:
        pass
    model = OpenAIModel("m", None, url)
    with pytest.raises(Busy, match="cannot be reached"):
        await model.answer(QUESTION)
    await model.close()


async def test_no_key_shows_anywhere(monkeypatch):
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    monkeypatch.setattr(logging.root, "level", logging.DEBUG)
    logging.root.addHandler(handler)
    try:
        with Peer(said(GOOD)).listening() as url:
            model = OpenAIModel("m", Key(KEY), url)
            await model.answer(QUESTION)
            shown = repr(model) + repr(vars(model)) + repr(Load("w", key=KEY)) + repr(Key(KEY)) + f"{Key(KEY)}"
            await model.close()
    finally:
        logging.root.removeHandler(handler)
    assert "chat/completions" in told.getvalue(), "something was logged at all"
    assert KEY not in told.getvalue()
    assert KEY not in shown


async def test_what_the_environment_says_of_an_account_stays_at_home(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-mine")
    peer = Peer(said(GOOD))
    with peer.listening() as url:
        model = OpenAIModel("m", None, url)
        await model.answer(QUESTION)
        await model.close()
    sent = str(peer.heard[0].headers)
    assert not any(secret in sent for secret in (KEY, "org-mine", "proj-mine"))


def test_a_key_file_holds_one_key(tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\n")
    key = find_key((), {}, tmp_path / "key")
    assert key is not None
    assert key.show() == KEY
    (tmp_path / "key").write_text("export KEY=x\n")
    for file in ("key", "none"):
        with pytest.raises(NoModel, match="key file"):
            find_key((), {}, tmp_path / file)


async def test_anthropic_answers_through_the_input_of_a_tool():
    peer = Peer(
        used_tool("choice", {"to": 9, "text": "The boat."}), used_tool("choice", {"to": 3, "text": "The boat."})
    )
    with peer.listening() as url:
        model = AnthropicModel("claude-test", Key(KEY), url, Price(1.0, 5.0, 0.1))
        answered = await model.answer(QUESTION)
        await model.close()
    assert answered.value == {"to": 3, "text": "The boat."}
    assert answered.spent.prompt_tokens == 2 * 135
    assert answered.spent.cached_tokens == 200
    assert answered.spent.dollars == pytest.approx(2 * (35 * 1.0 + 100 * 0.1 + 12 * 5.0) / 1e6)
    first, second = peer.heard
    assert first.path == "/v1/messages"
    assert f"Bearer {KEY}" == first.headers["authorization"]
    assert first.body["tools"][0]["input_schema"] == SHAPE
    assert first.body["tool_choice"] == {"type": "tool", "name": "choice"}
    assert first.body["system"][0]["text"] == "You like boats."
    assert [line["role"] for line in second.body["messages"]] == ["user", "assistant", "user"]


async def test_anthropic_overloaded_is_busy_and_continues_no_texts():
    with Peer(overloaded("12")).listening() as url:
        model = AnthropicModel("claude-test", Key(KEY), url)
        with pytest.raises(Busy) as caught:
            await model.answer(QUESTION)
        with pytest.raises(NoModel, match="continues no texts"):
            await model.complete(Completion(prompt="x"))
        await model.close()
    assert caught.value.retry_after_seconds == 12.0


def test_without_the_extra_anthropic_is_refused_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with pytest.raises(NoModel, match=r"pip install '\.\[anthropic\]'"):
        AnthropicModel("claude-test", Key(KEY))
