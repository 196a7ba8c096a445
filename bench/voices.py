"""`python -m bench.voices`: can one tell from a text alone which persona wrote it?

Personas write posts and answers, with the script and with the local model; a character n-gram classifier learns from
four fifths of the texts and names the authors of the rest. Exemplars are not among the texts, and no text counts
twice. Three readings of the same texts: as said; undressed (without letters, endings, spellings, marks, tails and
leads, which code puts on); and the model's own words, that is undressed and without the opener that the persona gives.
"""

import argparse
import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import msgspec
import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bench.machine import Machine, describe
from moltbook.lab.attribution import FOLDS, Grams
from moltbook.minds.casting import cast_one
from moltbook.minds.local import LocalMind, NoModel, find_weights
from moltbook.minds.mind import Errand, Mind
from moltbook.minds.persona import Persona, Style, the_library, the_residents
from moltbook.minds.scripted import ScriptedMind
from moltbook.minds.transcript import Task, WritePost, WriteReply
from moltbook.minds.words import topic_of, words_of

HERE = Path(__file__).parent
SEED = 20260131
AUTHORS = 12
EACH = 40
TRIES = 2
"""So many errands for each text wanted: a mind may stay silent, and what was said before does not count."""
FAILURES_BORNE = 5
EARLIER = 12
PROMISED = 0.6
console = Console()


class Said(msgspec.Struct, frozen=True):
    """One text, and who wrote it."""

    author: int
    text: str


class Reading(msgspec.Struct, frozen=True):
    """How many held-out texts are given to their authors, and how many of each author."""

    of: str
    authors: int
    texts: int
    named: float
    shuffled: float
    """The same with the authors of the lessons shuffled: what chance gives."""
    each: dict[str, float]


class VoicesResults(msgspec.Struct, frozen=True):
    """All of one run."""

    machine: Machine
    mode: str
    seed: int
    mind: str
    model_seconds: float
    promised: float
    kept: bool
    readings: list[Reading]


async def write(
    personas: Sequence[Persona], mind: Mind, each: int, seed: int, told: Callable[[Said], None], said: Sequence[Said] = ()
) -> list[Said]:
    """Let every persona write posts and answers to what the others just said, in turns, none twice.

    `said` are texts of a run that was broken off.
    Raises: NoModel, when the model fails time after time.
    """
    texts = list(said)
    known = {" ".join(words_of(one.text)) for one in texts}
    by = {number: [one.text for one in texts if one.author == number] for number in range(len(personas))}
    failures = 0
    for turn in range(min(map(len, by.values())), each * TRIES):
        for number, persona in enumerate(personas):
            if len(by[number]) >= min(each, turn + 1):
                continue
            rng = Random(f"{seed} {turn} {number}")
            errand = Errand(persona, _task(persona, number, turn, texts, rng), turn + 1, tuple(by[number][-EARLIER:]))
            try:
                draft = await mind.write(errand, rng)
            except NoModel:
                # On a busy machine an answer may come too late; the model's process starts again by itself.
                if (failures := failures + 1) > FAILURES_BORNE:
                    raise
                continue
            failures = 0
            if draft is None or (key := " ".join(words_of(draft.text))) in known:
                continue
            known.add(key)
            by[number].append(draft.text)
            texts.append(Said(number, draft.text))
            told(texts[-1])
    return texts


def _task(persona: Persona, number: int, turn: int, said: Sequence[Said], rng: Random) -> Task:
    others = [one for one in said[-40:] if one.author != number]
    if turn % 2 and others:
        heard = rng.choice(others)
        if topic := topic_of(heard.text, rng, persona.interests):
            return WriteReply("somebody", heard.text, topic)
    return WritePost(rng.choice(persona.interests))


def undressed(text: str, style: Style) -> str:
    """The text without what code puts on it; every sentence ends in a plain full stop."""
    lead = re.escape(style.lead.strip()).replace(re.escape("{n}"), r"\d+")
    text = re.sub(rf"^{lead}\s*", "", text, flags=re.IGNORECASE)
    for worn in sorted((*style.tails, *style.marks), key=len, reverse=True):
        text = text.replace(worn, " ")
    text = text.lower()
    for usual, own in style.spellings.items():
        text = re.sub(rf"(?<!\w){re.escape(own.lower())}(?!\w)", usual, text)
    if style.pauses:
        text = text.replace(f"{style.pauses} ", ", ")
    text = re.sub(r"[.!?…]+", ".", text).replace(" / ", ". ")
    return re.sub(r"\s+", " ", text).strip()


def own_words(text: str, style: Style) -> str:
    """What is left when the opener is taken from an undressed text."""
    for opener in (*style.post_openers, *style.reply_openers):
        before, _, after = (undressed(part, style) for part in opener.partition("{topic}"))
        form = re.escape(before) + r"\s*\w+(?: mat)?" + r"[\s.]*" + re.escape(after)
        if found := re.match(rf"\s*{form}", text):
            return text[found.end() :].strip()
    return text


def read(of: str, texts: Sequence[Said], personas: Sequence[Persona], seed: int) -> Reading:
    """Teach the classifier four fifths and ask it for the rest, five times."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(texts))
    author = np.array([texts[place].author for place in order])
    grams = Grams([texts[place].text.encode() for place in order])
    fold = np.arange(len(author)) % FOLDS
    named = grams.named(author, author, fold)
    shuffled = grams.named(random.permutation(author), author, fold)
    each = {p.name: round(float(named[author == n].mean()), 3) for n, p in enumerate(personas) if (author == n).any()}
    return Reading(of, len(personas), len(author), float(named.mean()), float(shuffled.mean()), each)


def readings(what: str, said: Sequence[Said], personas: Sequence[Persona], seed: int) -> list[Reading]:
    """The texts as said and undressed."""
    bare = [Said(one.author, undressed(one.text, personas[one.author].style)) for one in said]
    return [read(f"{what}, as said", said, personas, seed), read(f"{what}, undressed", bare, personas, seed)]


def show(found: Sequence[Reading]) -> None:
    """The shares as a table, and who is told apart worst."""
    table = Table(title="Texts given to their authors", title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in ("texts", "authors", "of", "named", "chance", "least known"):
        table.add_column(column, justify="left" if column in {"of", "least known"} else "right")
    for one in found:
        worst = sorted(one.each.items(), key=lambda pair: pair[1])[:3]
        least = ", ".join(f"{name} {share:.0%}" for name, share in worst)
        table.add_row(f"{one.texts}", f"{one.authors}", one.of, f"{one.named:.0%}", f"{one.shuffled:.0%}", least)
    console.print(table)


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.voices", description="Can personas be told apart?")
    parser.add_argument("--each", type=int, default=EACH, help=f"texts of each author (default {EACH})")
    parser.add_argument("--seed", type=int, default=SEED, help="same seed, same authors and errands")
    parser.add_argument("--weights", type=Path, help="a model file of your own, in GGUF form")
    parser.add_argument("--texts", type=Path, help="keep the model's texts in this file; a run broken off goes on there")
    options = parser.parse_args()
    if options.each < FOLDS:
        parser.error(f"--each must be at least {FOLDS}: the classifier learns from four fifths and is asked the rest")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(measure(options.each, options.seed, options.weights, options.texts))


async def measure(each: int, seed: int, weights: Path | None, keep: Path | None) -> None:
    """Write, read, print, keep."""
    machine = describe(HERE.parent)
    twelve = Random(seed).sample(the_residents(), AUTHORS)
    crowds = {
        "script, 12 residents": twelve,
        "script, all residents": the_residents(),
        "script, the library": list(the_library()),
        "script, 12 drawn by lot": [cast_one(seed, number) for number in range(AUTHORS)],
    }
    found: list[Reading] = []
    for what, personas in crowds.items():
        said = await write(personas, ScriptedMind(), each, seed, lambda _: None)
        found += readings(what, said, personas, seed)
    name, took = "none", 0.0
    try:
        file = find_weights(weights)
    except NoModel as reason:
        console.print(f"No model texts: {reason}.")
    else:
        name, began = file.name, time.perf_counter()
        said = await by_model(twelve, LocalMind(file), each, seed, keep)
        took = time.perf_counter() - began
        found += readings("model, 12 residents", said, twelve, seed)
        own = [
            Said(one.author, own_words(undressed(one.text, twelve[one.author].style), twelve[one.author].style))
            for one in said
        ]
        found.append(read("model, its own words", [one for one in own if words_of(one.text)], twelve, seed))
    show(found)
    promise = next((one for one in found if one.of == "model, 12 residents, as said"), found[0])
    kept = promise.named >= PROMISED
    console.print(f"Promised {PROMISED:.0%} of held-out texts, measured {promise.named:.0%} ({promise.of}).")
    results = VoicesResults(machine, "voices", seed, name, round(took, 1), PROMISED, kept, found)
    path = HERE / "results" / f"{machine.at[:10]}-{machine.commit}-voices.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    console.print(f"Kept in {path.relative_to(HERE.parent)}.")


async def by_model(personas: Sequence[Persona], mind: Mind, each: int, seed: int, keep: Path | None) -> list[Said]:
    """The model's texts, with a bar: they take minutes."""
    said: list[Said] = []
    if keep is not None and keep.exists():
        said = [msgspec.json.decode(line, type=Said) for line in keep.read_bytes().splitlines()]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress, contextlib.ExitStack() as open_files:
        task = progress.add_task("the model writes", total=each * len(personas), completed=len(said))
        file = open_files.enter_context(keep.open("ab")) if keep is not None else None

        def told(one: Said) -> None:
            progress.advance(task)
            if file is not None:
                file.write(msgspec.json.encode(one) + b"\n")
                file.flush()

        try:
            return await write(personas, mind, each, seed, told, said)
        finally:
            await mind.close()


if __name__ == "__main__":
    main()
