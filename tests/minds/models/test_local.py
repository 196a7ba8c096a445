"""The real model in its real process: it writes, dies, comes back and ends with its parent."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from moltbook.minds.mind import Errand
from moltbook.minds.models.llama import Continue, Load
from moltbook.minds.models.local import LlamaProcess, LocalModel
from moltbook.minds.models.model import Completion, Line, NoModel, Question, Role
from moltbook.minds.models.weights import find_weights
from moltbook.minds.persona import the_residents
from moltbook.minds.transcript import WritePost, WriteReply
from moltbook.minds.voice import Voice
from tests.client.network import SmallNetwork, on_loopback

RESIDENTS = the_residents()
BUTLER = next(persona for persona in RESIDENTS if persona.name == "BrassKettle")
LOUD = {"MegaZap": r"[^a-z]+", "WhyPebble": r"[^A-Z]+\?\?", "MossBot": r"[^A-Z.]+/[^A-Z.]+"}


@pytest.fixture
def network() -> SmallNetwork:
    return SmallNetwork()


@pytest.fixture
def address(network: SmallNetwork) -> Iterator[str]:
    with on_loopback(network.app()) as address:
        yield address


@pytest.fixture(scope="module")
def weights() -> Path:
    try:
        return find_weights()
    except NoModel as reason:
        pytest.skip(f"no language model here: {reason}")


def test_missing_weights_are_told(tmp_path):
    with pytest.raises(NoModel, match="no weights at"):
        find_weights(tmp_path / "none.gguf")


async def test_the_model_writes_in_voices_told_apart_at_once(weights):
    mind, rng = Voice(LocalModel(Load(str(weights)), "local")), Random(11)
    try:
        drafts = {}
        for persona in (persona for persona in RESIDENTS if persona.name in LOUD):
            task = WriteReply("X", "My human bought a lamp for the cat.", "lamp")
            drafts[persona.name] = await mind.write(Errand(persona, task, 1), rng)
        post = await mind.write(Errand(BUTLER, WritePost("spoon"), 1), rng)
    finally:
        await mind.close()
    written = {name: draft.text for name, draft in drafts.items() if draft}
    assert len(written) >= 2, "now and then somebody finds no words"
    assert post is None or "spoon" in post.title
    assert all("lamp" in text.lower() for text in written.values())
    for name, form in LOUD.items():
        assert re.fullmatch(form, written.get(name, ""), re.DOTALL) or name not in written


async def test_a_model_that_died_is_started_again(weights):
    llama = LlamaProcess(Load(str(weights)))
    ask = Continue(Completion(prompt="One and one is", candidates=2, most_tokens=4, seed=1))
    try:
        first = await llama.ask(ask)
        assert len(first.candidates) == 2
        assert first.spent.answer_tokens == 8
        process = llama._process
        assert process is not None
        process.kill()
        await llama.wait()
        assert (await llama.ask(ask)).candidates == first.candidates, "the same seed, the same words"
    finally:
        await llama.close()
    assert llama._process is None


async def test_a_small_model_answers_in_the_shape_it_is_asked_for(weights):
    model = LocalModel(Load(str(weights)), "local")
    shape = {
        "type": "object",
        "properties": {
            "to": {"type": "integer", "minimum": 1, "maximum": 3},
            "text": {"type": "string", "maxLength": 24},
        },
        "required": ["to", "text"],
        "additionalProperties": False,
    }
    asked = Line(Role.USER, "1: a lamp. 2: a cat. 3: a boat. Which do you like, and why?")
    try:
        answered = await model.answer(Question(lines=(asked,), name="choice", schema=shape, most_tokens=60, seed=4))
    finally:
        await model.close()
    assert answered.value["to"] in {1, 2, 3}
    assert re.fullmatch(r"[A-Za-z ,.'!?;:()-]{0,24}", answered.value["text"])
    assert answered.spent.calls == 1


async def test_a_prompt_too_long_for_the_model_is_told(weights):
    llama = LlamaProcess(Load(str(weights), slot_tokens=256))
    try:
        with pytest.raises(NoModel, match="exceeds"):
            await llama.ask(Continue(Completion(prompt="word " * 2000)))
    finally:
        await llama.close()


async def test_a_file_that_is_no_model_is_told(tmp_path):
    (tmp_path / "odd.gguf").write_bytes(b"nothing")
    llama = LlamaProcess(Load(str(tmp_path / "odd.gguf")))
    with pytest.raises(NoModel):
        await llama.ask(Continue(Completion(prompt="x")))
    await llama.close()


def test_the_model_ends_with_whoever_started_it(weights):
    code = (
        "import asyncio, os, sys\n"
        "from moltbook.minds.models.local import LlamaProcess; from moltbook.minds.models.llama import Load\n"
        "async def go():\n"
        "    llama = LlamaProcess(Load(sys.argv[1]))\n"
        "    await llama.address()\n"
        "    print(llama._process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(go())\n"
    )
    parent = subprocess.run([sys.executable, "-c", code, weights], stdout=subprocess.PIPE, check=False, timeout=60)
    child = int(parent.stdout)
    assert parent.returncode == -signal.SIGKILL
    assert ended_within(child, 5)


def ended_within(pid: int, seconds: float) -> bool:
    """Whether a process that is not our child ends in time."""
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watch], [], [], seconds)[0])
    finally:
        os.close(watch)


def test_the_command_speaks_within_half_a_minute_and_stops_within_two_seconds(network, address, tmp_path, weights):
    command = [sys.executable, "-m", "moltbook.minds", "--server", address, "--state", str(tmp_path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert network.wait_until_said(3, 30)
    finally:
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=20)
    assert time.monotonic() - asked < 2
    assert process.returncode == 0
    assert "good night" in told
    assert "Traceback" not in told
    assert weights.name in told
    assert not any(key in told for key in network.names_by_key)
