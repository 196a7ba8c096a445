"""The local model: weights on this machine, run by llama.cpp in a process of its own.

In this room: keeping that process alive, and asking it, one request at a time: the candidates of a completion already
fill its slots, and in a fixed order the same seed gives the same words.
Not here: the process itself (llama), which weights (weights).
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

import msgspec

from moltbook.minds.models.fit import Said, answer_fitting, bounded
from moltbook.minds.models.llama import Continue, Load, Speak, Told
from moltbook.minds.models.model import Answered, Completed, Completion, Line, NoModel, Question

START_SECONDS = 60.0
ANSWER_SECONDS = 120.0
FAREWELL_SECONDS = 1.0
LONGEST_LINE_BYTES = 1 << 22


class LlamaProcess:
    """The model's process, started when first needed and again after it died."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._process: asyncio.subprocess.Process | None = None
        self._address = ""
        self._turn = asyncio.Lock()

    async def address(self) -> str:
        """Where it stands on loopback, for whoever has the key it was loaded with.

        Raises: NoModel.
        """
        async with self._turn:
            await self._running()
            return self._address

    async def wait(self) -> None:
        """Until the process that runs now has ended."""
        if self._process is not None:
            await self._process.wait()

    async def ask(self, ask: Continue | Speak) -> Told:
        """Have one request answered.

        Raises: NoModel, when the process cannot be started or does not answer.
        """
        async with self._turn:
            process = await self._running()
            assert process.stdin is not None
            try:
                process.stdin.write(msgspec.json.encode(ask) + b"\n")
                await process.stdin.drain()
                told = await self._hear(process, ANSWER_SECONDS)
            except (OSError, TimeoutError, ValueError) as trouble:
                await self._end(process)
                raise NoModel(f"the model's process gave no answer ({type(trouble).__name__})") from trouble
            except asyncio.CancelledError:
                # An answer that nobody waits for would be taken for the next one's.
                self._kill(process)
                raise
        if told.failure:
            raise NoModel(told.failure)
        return told

    async def close(self) -> None:
        """End the process, gently if it listens."""
        if self._process is not None:
            await self._end(self._process)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "moltbook.minds.models.llama",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            # A process group of its own: Ctrl-C is the runner's to handle, the pipe's end tells the child.
            start_new_session=True, limit=LONGEST_LINE_BYTES,
        )  # fmt: skip
        self._process = process
        assert process.stdin is not None
        try:
            process.stdin.write(msgspec.json.encode(self._load) + b"\n")
            await process.stdin.drain()
            self._address = (await self._hear(process, START_SECONDS)).address
        except (OSError, TimeoutError, ValueError) as trouble:
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


class LocalModel:
    """Weights in a child process; fills the port `Model`."""

    thinks = False

    def __init__(self, load: Load, name: str) -> None:
        self.name = name
        self._llama = LlamaProcess(load)

    async def complete(self, ask: Completion) -> Completed:
        """Continue a text.

        Raises: NoModel.
        """
        told = await self._llama.ask(Continue(ask))
        return Completed(told.candidates, told.spent)

    async def answer(self, question: Question) -> Answered:
        """Answer a question; the grammar holds the form, so that only the limit can break it.

        Raises: NoModel, Unfit.
        """
        schema = bounded(question.schema)

        async def say(lines: tuple[Line, ...]) -> Said:
            told = await self._llama.ask(
                Speak(lines, schema, question.most_tokens, question.temperature, question.seed)
            )
            said = told.candidates[0]
            return Said(said.text, told.spent, said.complete)

        return await answer_fitting(question, say)

    async def close(self) -> None:
        """End the model's process."""
        await self._llama.close()
