"""Opening a model: from the words on a command line to a model with everything around it.

In this room: reading a spec, and the one order in which the wrappers stand.

    the mind → Recorded → Cached → Budgeted → Patient → Gate → the model

Recorded is outermost, so that a record holds everything the mind was told; what comes from the cache costs nothing;
a retry is paid from the same purse and holds no place at the gate. A replay needs none of them, and no model.
Not here: the models and the wrappers (this package), who writes with which (`mind_of` in thinker).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import assert_never

import msgspec

from moltbook.minds.models.anthropic import ANTHROPIC_URL, AnthropicModel
from moltbook.minds.models.budgeted import Budgeted, Grant, Purse
from moltbook.minds.models.cached import Cached
from moltbook.minds.models.gate import Gate
from moltbook.minds.models.keys import OWN_VARIABLE, ensure_address, find_key
from moltbook.minds.models.llama import Load
from moltbook.minds.models.local import LocalModel
from moltbook.minds.models.model import Model, NoModel
from moltbook.minds.models.openai import OPENAI_URL, OpenAIModel
from moltbook.minds.models.patient import Patience, Patient
from moltbook.minds.models.prices import FREE, price_of
from moltbook.minds.models.recorded import Recorded, Replayed
from moltbook.minds.models.weights import find_weights

SPECS = "local, local:NAME, local:FILE.gguf, openai:MODEL, openai:MODEL@URL, anthropic:MODEL or statistical"
AT_ONCE = 16


class Family(StrEnum):
    """What kind of model a spec names."""

    LOCAL = "local"
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    STATISTICAL = "statistical"


class Spec(msgspec.Struct, frozen=True):
    """Which model: its family, its name (or the file of its weights) and where it is."""

    family: Family
    name: str = ""
    url: str = ""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """On which terms a model is used. None is what the family's default or no bound says."""

    folder: Path | None = None
    """Where fetched weights lie: `models` in the data folder."""
    key_file: Path | None = None
    price_in: float | None = None
    price_out: float | None = None
    """Dollars for a million tokens."""
    tokens: int | None = None
    dollars: float | None = None
    """The budget of the whole run."""
    at_once: int = AT_ONCE
    """How many requests an endpoint gets side by side; a model on this machine gets one."""
    cache: Path | None = None
    record: Path | None = None
    replay: Path | None = None
    seed: int = 0
    """Of the pauses between retries only."""
    patience: Patience = Patience()


def read_spec(text: str) -> Spec:
    """Read what names a model.

    Raises: NoModel.
    """
    head, _, rest = text.partition(":")
    if head not in {family.value for family in Family}:
        raise NoModel(f"{text!r} names no model; write {SPECS}")
    match family := Family(head):
        case Family.STATISTICAL:
            if rest:
                raise NoModel("statistical minds have no model; write statistical alone")
            return Spec(family)
        case Family.LOCAL:
            return Spec(family, rest)
        case Family.OPENAI | Family.ANTHROPIC:
            name, _, url = rest.partition("@")
            if not name:
                raise NoModel(f"{text!r} names no model; write {head}:MODEL or {head}:MODEL@URL")
            return Spec(family, name, ensure_address(url) if url else "")
        case _:
            assert_never(family)


def open_model(
    spec: str,
    terms: Terms = Terms(),  # noqa: B008 (frozen)
    environment: Mapping[str, str] = os.environ,
) -> Model | None:
    """The model a spec names, on these terms; None for `statistical`: minds that need no model.

    Nothing is started and nobody is asked before the first request.
    Raises: NoModel, when it cannot be used; the text says why and what to do.
    """
    wanted = read_spec(spec)
    if wanted.family is Family.STATISTICAL:
        return None
    if terms.replay is not None:
        return Replayed(terms.replay)
    price = price_of(terms.price_in, terms.price_out)
    if price is None and wanted.family is not Family.LOCAL and terms.dollars is not None:
        raise NoModel(f"a budget in dollars needs the price of {wanted.name}: give --price-in and --price-out")
    price = price or FREE
    model: Model
    match wanted.family:
        case Family.LOCAL:
            weights = find_weights(wanted.name or None, terms.folder)
            model = LocalModel(Load(str(weights)), f"local:{weights.name}")
        case Family.OPENAI:
            key = find_key(_variables("OPENAI_API_KEY", wanted), environment, terms.key_file)
            if key is None and not wanted.url:
                raise NoModel("OpenAI wants a key: set OPENAI_API_KEY, or name a file with --key-file")
            model = OpenAIModel(wanted.name, key, wanted.url or OPENAI_URL, price)
        case Family.ANTHROPIC:
            key = find_key(_variables("ANTHROPIC_API_KEY", wanted), environment, terms.key_file)
            if key is None:
                raise NoModel("Anthropic wants a key: set ANTHROPIC_API_KEY, or name a file with --key-file")
            model = AnthropicModel(wanted.name, key, wanted.url or ANTHROPIC_URL, price)
        case _:
            assert_never(wanted.family)
    model = Gate(model, 1 if wanted.family is Family.LOCAL else terms.at_once)
    model = Patient(model, Random(terms.seed), terms.patience)
    model = Budgeted(model, Purse(Grant(tokens=terms.tokens, dollars=terms.dollars)), price)
    if terms.cache is not None:
        model = Cached(model, terms.cache)
    return Recorded(model, terms.record) if terms.record is not None else model


def _variables(usual: str, wanted: Spec) -> tuple[str, ...]:
    """Where a key may stand; the usual one is for the provider itself and not for whoever speaks its language."""
    return (OWN_VARIABLE,) if wanted.url else (usual,)
