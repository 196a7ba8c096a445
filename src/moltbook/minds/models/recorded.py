"""Records: everything a model was asked in a run and what came back, and the same run again without the model.

In this room: two models. `Recorded` writes a line of JSON for each request, failures too; `Replayed` answers from
such a file: the same request gets the same answer, and to one asked several times they come in the order given then.
The file holds what agents said, so it is its owner's alone; no key is ever in a request, and so none is in the file.
Not here: saving money (cached).
"""

from __future__ import annotations

import os
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec

from moltbook.minds.models.cached import fingerprint
from moltbook.minds.models.model import (
    Answered,
    Busy,
    Completed,
    Completion,
    Model,
    NoModel,
    OutOfBudget,
    Question,
    Spent,
    Trouble,
    Unfit,
)

Got = TypeVar("Got", Completed, Answered)

SHOWN_CHARS = 120
CHUNK_BYTES = 1 << 20


class Head(msgspec.Struct, frozen=True):
    """The first line of a record: whose it is."""

    recorded: str
    thinks: bool


class Kind(StrEnum):
    """How a request failed."""

    NO_MODEL = "no_model"
    BUSY = "busy"
    OUT_OF_BUDGET = "out_of_budget"
    UNFIT = "unfit"


class Failed(msgspec.Struct, frozen=True, tag=True):
    """A request that came to nothing."""

    kind: Kind
    why: str
    retry_after_seconds: float | None = None
    spent: Spent = Spent()


class Exchange(msgspec.Struct, frozen=True):
    """One request and what came of it."""

    key: str
    ask: Completion | Question
    got: Completed | Answered | Failed


class _Indexed(msgspec.Struct, frozen=True):
    key: str


def as_failed(trouble: Trouble) -> Failed:
    """A failure as it is written down."""
    match trouble:
        case Busy():
            return Failed(Kind.BUSY, str(trouble), trouble.retry_after_seconds, trouble.spent)
        case OutOfBudget():
            return Failed(Kind.OUT_OF_BUDGET, str(trouble), None, trouble.spent)
        case Unfit():
            return Failed(Kind.UNFIT, str(trouble), None, trouble.spent)
        case _:
            return Failed(Kind.NO_MODEL, str(trouble), None, trouble.spent)


def as_trouble(failed: Failed) -> Trouble:
    """A failure as it is raised."""
    match failed.kind:
        case Kind.BUSY:
            return Busy(failed.why, failed.retry_after_seconds, failed.spent)
        case Kind.OUT_OF_BUDGET:
            return OutOfBudget(failed.why, failed.spent)
        case Kind.UNFIT:
            return Unfit(failed.why, failed.spent)
        case Kind.NO_MODEL:
            return NoModel(failed.why, failed.spent)


class Recorded:
    """Writes down what it is asked; fills the port `Model`."""

    def __init__(self, model: Model, file: Path) -> None:
        """Go on with the file or begin it.

        Raises: NoModel, when the file is something else, or the record of another model.
        """
        self.name, self.thinks = model.name, model.thinks
        self._model = model
        head = Head(model.name, model.thinks)
        file.parent.mkdir(parents=True, exist_ok=True)
        whole = 0
        if file.exists() and file.stat().st_size:
            if read_head(file) != head:
                raise NoModel(f"{file} is the record of another model; name another file")
            whole = _whole_bytes(file)
        self._file = os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
        # A run that was killed may have left half a line.
        self._file.truncate(whole)
        self._file.seek(whole)
        if not whole:
            self._file.write(msgspec.json.encode(head) + b"\n")

    async def complete(self, ask: Completion) -> Completed:
        """Continue a text and write it down."""
        return await self._noting(ask, lambda: self._model.complete(ask))

    async def answer(self, question: Question) -> Answered:
        """Answer a question and write it down."""
        return await self._noting(question, lambda: self._model.answer(question))

    async def close(self) -> None:
        """Close the file and the model."""
        self._file.close()
        await self._model.close()

    async def _noting(self, ask: Completion | Question, go: Callable[[], Awaitable[Got]]) -> Got:
        try:
            got = await go()
        except Trouble as trouble:
            self._note(ask, as_failed(trouble))
            raise
        self._note(ask, got)
        return got

    def _note(self, ask: Completion | Question, got: Completed | Answered | Failed) -> None:
        key = fingerprint(self.name, ask).hex()
        self._file.write(msgspec.json.encode(Exchange(key, ask, got)) + b"\n")


class Replayed:
    """Answers from a record; fills the port `Model`."""

    def __init__(self, file: Path) -> None:
        """Raises: NoModel, when the file is no record."""
        head = read_head(file)
        self.name, self.thinks = head.recorded, head.thinks
        self._record = file
        self._file = file.open("rb")
        self._places: dict[str, deque[int]] = defaultdict(deque)
        place = len(self._file.readline())
        for number, line in enumerate(self._file, start=2):
            if not line.endswith(b"\n"):
                break  # half a line: the run was killed there
            try:
                self._places[msgspec.json.decode(line, type=_Indexed).key].append(place)
            except msgspec.DecodeError as fault:
                self._file.close()
                raise NoModel(f"{file}:{number} is no line of a record ({fault})") from None
            place += len(line)

    async def complete(self, ask: Completion) -> Completed:
        """Continue a text as it was continued then.

        Raises: NoModel, for what was not asked then, and what was raised then.
        """
        return self._then(ask, Completed, ask.prompt)

    async def answer(self, question: Question) -> Answered:
        """Answer a question as it was answered then.

        Raises: NoModel, for what was not asked then, and what was raised then.
        """
        return self._then(question, Answered, question.lines[-1].text if question.lines else "")

    async def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _then(self, ask: Completion | Question, kind: type[Got], shown: str) -> Got:
        places = self._places.get(fingerprint(self.name, ask).hex())
        if not places:
            if places is None and not any(self._places.values()):
                raise NoModel(f"the record ends here: all that {self._record.name} holds was asked again")
            often = "was not asked so often" if places is not None else "was never asked"
            shown = " ".join(shown.split())[-SHOWN_CHARS:]
            raise NoModel(f"in {self._record.name} this {often}: “…{shown}”; the run is not the one recorded")
        self._file.seek(places.popleft())
        got = msgspec.json.decode(self._file.readline(), type=Exchange).got
        if isinstance(got, Failed):
            raise as_trouble(got)
        assert isinstance(got, kind)
        return got


def read_head(file: Path) -> Head:
    """Whose record a file is.

    Raises: NoModel.
    """
    try:
        with file.open("rb") as stream:
            return msgspec.json.decode(stream.readline(), type=Head)
    except OSError as trouble:
        raise NoModel(f"{file} cannot be read ({type(trouble).__name__})") from None
    except msgspec.DecodeError:
        raise NoModel(f"{file} is no record of a model") from None


def _whole_bytes(file: Path) -> int:
    """How many bytes of a file are whole lines."""
    end = file.stat().st_size
    with file.open("rb") as stream:
        while end:
            start = max(0, end - CHUNK_BYTES)
            stream.seek(start)
            if (found := stream.read(end - start).rfind(b"\n")) >= 0:
                return start + found + 1
            end = start
    return 0
