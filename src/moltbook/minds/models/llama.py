"""A language model in a process of its own: `python -m moltbook.minds.models.llama`.

In this room: the child that loads the weights, and the structs that travel over its pipes. The first line on stdin says
what to load, each further one asks; answers leave as JSON lines on stdout. The end of stdin, so the parent's death too,
ends the process. The same model also stands on a port of loopback, for whoever has the key.
Not here: what is asked (transcript, thinker), who asks (local).
"""

from __future__ import annotations

import os
import secrets
import sys
from typing import Any, BinaryIO, assert_never

import msgspec

from moltbook.minds.models.model import Candidate, Completion, Line, Spent

NICENESS = 10
"""The residents' thinking gives way to the server on the same machine."""

THREADS = 2
SLOTS = 4
SLOT_TOKENS = 1024
"""A transcript takes a quarter of it, a question with its answer all; more context only costs memory."""


class Load(msgspec.Struct, frozen=True):
    """What to load, and where it may be heard."""

    weights: str
    slot_tokens: int = SLOT_TOKENS
    port: int = 0
    """0: any free one."""
    key: str = ""
    """Empty: one that nobody knows. It travels over the pipe only, where no list of processes shows it."""
    alias: str = "local"

    def __repr__(self) -> str:
        """Without the key."""
        return f"Load({self.weights!r}, port={self.port})"


class Continue(msgspec.Struct, frozen=True, tag=True):
    """Continue a text."""

    ask: Completion


class Speak(msgspec.Struct, frozen=True, tag=True):
    """Say the next line of a talk, as a JSON object of this schema."""

    lines: tuple[Line, ...]
    schema: dict[str, Any]
    most_tokens: int
    temperature: float
    seed: int


class Told(msgspec.Struct, frozen=True):
    """The answer to the `Load` (then `address` is where the model stands) or to one request."""

    candidates: tuple[Candidate, ...] = ()
    spent: Spent = Spent()
    failure: str = ""
    """Why there is nothing else."""
    address: str = ""


def load_server(load: Load) -> Any:
    """Start llama.cpp's server loop in this process."""
    import xllamacpp  # type: ignore[import-untyped, unused-ignore]

    params = xllamacpp.CommonParams()
    params.model.path = load.weights
    params.model_alias = {load.alias}
    params.n_ctx = SLOTS * load.slot_tokens
    params.n_parallel = SLOTS
    params.cpuparams.n_threads = THREADS
    params.cpuparams_batch.n_threads = THREADS
    params.n_threads_http = SLOTS
    params.warmup = False
    params.verbosity = 0
    params.ui = False
    params.endpoint_slots = False
    # The library opens a port whether it is wanted or not: loopback, and never without a key.
    params.hostnames = ["127.0.0.1"]
    params.port = load.port
    params.api_keys = [load.key or secrets.token_urlsafe(32)]
    return xllamacpp.Server(params)


def tokens_of(choice: dict[str, Any]) -> list[dict[str, Any]]:
    """The tokens of a choice with their log-probabilities; none when the library gave none."""
    return (choice.get("logprobs") or {}).get("content") or []


def mean_confidence(choice: dict[str, Any]) -> float:
    """The mean log-probability of a choice's tokens; 0 when the library gave none."""
    tokens = tokens_of(choice)
    return sum(token["logprob"] for token in tokens) / len(tokens) if tokens else 0.0


def spent_of(answer: dict[str, Any]) -> Spent:
    """What an answer cost. Of several choices the library counts the first alone, so their tokens are counted here."""
    usage = answer.get("usage") or {}
    written = sum(len(tokens_of(choice)) for choice in answer["choices"])
    return Spent(
        calls=1,
        prompt_tokens=usage.get("prompt_tokens", 0),
        cached_tokens=(usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0),
        answer_tokens=max(written, usage.get("completion_tokens", 0)),
    )


def continue_text(server: Any, ask: Completion) -> Told:
    """Let the model continue one prompt, all candidates at once on the shared prefix."""
    answer = server.handle_completions(
        {
            "prompt": ask.prompt,
            "n": min(ask.candidates, SLOTS),
            "max_tokens": ask.most_tokens,
            "temperature": ask.temperature,
            "min_p": ask.min_p,
            "stop": list(ask.stop),
            "logprobs": 1,
            "seed": ask.seed,
            "cache_prompt": True,
        }
    )
    choices = answer.get("choices")
    if not choices:
        return Told(failure=str(answer.get("error", answer))[:300])
    return Told(
        candidates=tuple(
            Candidate(choice["text"], choice.get("finish_reason") == "stop", mean_confidence(choice))
            for choice in choices
        ),
        spent=spent_of(answer),
    )


def speak(server: Any, ask: Speak) -> Told:
    """Let the model say the next line; the grammar of the schema holds every token of it."""
    answer = server.handle_chat_completions(
        {
            "messages": [{"role": line.role.value, "content": line.text} for line in ask.lines],
            "max_tokens": ask.most_tokens,
            "temperature": ask.temperature,
            "seed": ask.seed,
            "cache_prompt": True,
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": ask.schema}},
        }
    )
    choices = answer.get("choices")
    if not choices:
        return Told(failure=str(answer.get("error", answer))[:300])
    said = choices[0]["message"].get("content") or ""
    return Told(
        candidates=(Candidate(said, choices[0].get("finish_reason") == "stop"),),
        spent=spent_of(answer),
    )


def serve(asks: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the asking side closes its end."""
    load = msgspec.json.decode(asks.readline(), type=Load)
    server = load_server(load)
    answers.write(msgspec.json.encode(Told(address=server.listening_address)) + b"\n")
    for line in asks:
        ask: Continue | Speak = msgspec.json.decode(line, type=Continue | Speak)
        match ask:
            case Continue(text):
                told = continue_text(server, text)
            case Speak():
                told = speak(server, ask)
            case _:
                assert_never(ask)
        answers.write(msgspec.json.encode(told) + b"\n")


def main() -> None:
    """Run the child: nobody but the protocol writes to the real stdout."""
    os.nice(NICENESS)
    protocol = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    serve(sys.stdin.buffer, protocol)
    # llama.cpp's threads do not always join; what matters is already written.
    os._exit(0)


if __name__ == "__main__":
    main()
