"""A language model in a process of its own: `python -m moltbook.minds.llama WEIGHTS`.

In this room: the child that loads the weights and continues prompts, and the structs that travel over its pipes.
Requests arrive as JSON lines on stdin, answers leave as JSON lines on stdout; the end of stdin, so the parent's death
too, ends the process.
Not here: what is asked (transcript), who asks (local).
"""

from __future__ import annotations

import os
import secrets
import sys
from typing import Any, BinaryIO

import msgspec

NICENESS = 10
"""The residents' thinking gives way to the server on the same machine."""

THREADS = 2
SLOTS = 4
SLOT_TOKENS = 512
"""Prompts stay under 250 tokens and answers under 50; more context only costs memory."""


class Ask(msgspec.Struct, frozen=True):
    """Continue a prompt in several ways."""

    prompt: str
    candidates: int
    most_tokens: int
    temperature: float
    min_p: float
    seed: int


class Candidate(msgspec.Struct, frozen=True):
    """One continuation, with the mean log-probability of its tokens."""

    text: str
    complete: bool
    """It came to its own end instead of being cut at the limit."""
    confidence: float


class Told(msgspec.Struct, frozen=True):
    """The answer to one `Ask`; `failure` says why there are no candidates."""

    candidates: tuple[Candidate, ...] = ()
    failure: str = ""


def load_server(weights: str) -> Any:
    """Start llama.cpp's server loop in this process, closed to everybody else."""
    import xllamacpp  # type: ignore[import-untyped, unused-ignore]

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.n_ctx = SLOTS * SLOT_TOKENS
    params.n_parallel = SLOTS
    params.cpuparams.n_threads = THREADS
    params.cpuparams_batch.n_threads = THREADS
    params.n_threads_http = 1
    params.warmup = False
    params.verbosity = 0
    params.ui = False
    params.endpoint_slots = False
    # The library opens a port whether it is wanted or not: loopback, any free one, and a key nobody knows.
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [secrets.token_urlsafe(32)]
    return xllamacpp.Server(params)


def mean_confidence(choice: dict[str, Any]) -> float:
    """The mean log-probability of a choice's tokens; 0 when the library gave none."""
    tokens = (choice.get("logprobs") or {}).get("content") or []
    return sum(token["logprob"] for token in tokens) / len(tokens) if tokens else 0.0


def continue_prompt(server: Any, ask: Ask) -> Told:
    """Let the model continue one prompt, all candidates at once on the shared prefix."""
    answer = server.handle_completions(
        {
            "prompt": ask.prompt,
            "n": min(ask.candidates, SLOTS),
            "max_tokens": ask.most_tokens,
            "temperature": ask.temperature,
            "min_p": ask.min_p,
            "stop": ["\n"],
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
        )
    )


def serve(weights: str, asks: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the asking side closes its end."""
    server = load_server(weights)
    answers.write(msgspec.json.encode(Told()) + b"\n")
    for line in asks:
        told = continue_prompt(server, msgspec.json.decode(line, type=Ask))
        answers.write(msgspec.json.encode(told) + b"\n")


def main() -> None:
    """Run the child: nobody but the protocol writes to the real stdout."""
    os.nice(NICENESS)
    protocol = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    serve(sys.argv[1], sys.stdin.buffer, protocol)
    # llama.cpp's threads do not always join; what matters is already written.
    os._exit(0)


if __name__ == "__main__":
    main()
