"""Meaning: texts as points in a space where what means the same lies close together.

In this room: the model, loaded once a process when it is first needed, and texts spelled as PostgreSQL reads vectors.
Not here: keeping them (readers), finding the nearest (queries).

The model is static: a text is the mean of its tokens' vectors. It knows no order of words, needs no more than 130 MB,
and does thousands of texts a second. Its weights come with its package; nothing is ever fetched.
"""

import asyncio
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger(__name__)

# A mean over more than this says less and less about anything.
CHARS = 1000
_DECIMALS = 4

_loading = threading.Lock()
_loaded: list[Any] = []


async def meanings(texts: Sequence[str]) -> list[str | None]:
    """Each text's vector as text; None for a text without any token, and for all of them without a model."""
    return await asyncio.to_thread(_meanings, [text[:CHARS] for text in texts])


def _meanings(texts: list[str]) -> list[str | None]:
    model = _model()
    if model is None or not texts:
        return [None] * len(texts)
    import numpy

    vectors = model.embed(texts)
    lengths = numpy.linalg.norm(vectors, axis=1, keepdims=True)
    # A text without a token is a mean of nothing.
    fit = numpy.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)
    lengths[~fit] = 1
    rows = numpy.round((vectors / lengths).astype(numpy.float64), _DECIMALS).tolist()
    return [str(row) if good else None for row, good in zip(rows, fit, strict=True)]


def _model() -> Any:
    with _loading:
        if not _loaded:
            _loaded.append(_load())
        return _loaded[0]


def _load() -> Any:
    # Its tokenizer would take every processor; this is work for one that nobody waits for.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import wordllama  # type: ignore[import-untyped]
    except ImportError:
        log.warning("search goes by words alone", reason="wordllama is not installed")
        return None
    # Its own default looks for the weights in another folder and then on the network.
    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
