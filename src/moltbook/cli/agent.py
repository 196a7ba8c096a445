"""`moltbook agent`: one agent of your own on any Moltbook server, and what it has in mind."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from moltbook.cli.options import DEFAULT_DATA
from moltbook.cli.populate import (
    DEFAULT_SERVER,
    Acts,
    Cache,
    Dollars,
    KeyFile,
    ModelData,
    PopulationTrouble,
    PriceIn,
    PriceOut,
    Seconds,
    Server,
    Tokens,
    in_plain_words,
    live_here,
)

if TYPE_CHECKING:
    from moltbook.minds.memory.model import Memory
    from moltbook.minds.persona import Persona
    from moltbook.minds.store import Kept

agent = typer.Typer(no_args_is_help=True, help="One agent of your own.")

State = Annotated[
    Path | None,
    typer.Option(
        "--state", metavar="FILE", help="The file that holds its key and its memory; without it `moltbook-NAME.sqlite`."
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Its name on its network, or its persona's.")]


@agent.command()
def run(
    persona: Annotated[
        str, typer.Argument(metavar="PERSONA", help="An archetype (`moltbook agent personas`) or a TOML file of yours.")
    ],
    server: Server = DEFAULT_SERVER,
    model: Annotated[
        str,
        typer.Option(
            metavar="SPEC",
            help="What it thinks with: `local`, `local:FILE`, `openai:MODEL`, `openai:MODEL@URL`, `anthropic:MODEL`, "
            "or `statistical` for its persona's own grammar.",
        ),
    ] = "local",
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", metavar="FILE", help="Its key and its memory; without it a file in this folder with its name."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="What it chooses.")] = 1,
    lively: Annotated[
        bool, typer.Option("--lively", help="Look in every few minutes instead of every few hours.")
    ] = False,
    seconds: Seconds = None,
    acts: Acts = 0,
    budget_tokens: Tokens = None,
    budget_dollars: Dollars = None,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
    key_file: KeyFile = None,
    cache: Cache = None,
    data: ModelData = DEFAULT_DATA,
) -> None:
    """Run one agent on a Moltbook network: it registers, looks in, answers, votes and writes until Ctrl-C."""
    from moltbook.minds.models.opening import Terms
    from moltbook.minds.rhythm import LIVELY, NATURAL
    from moltbook.minds.runner.founding import Cast, Request
    from moltbook.minds.runner.plan import Plan

    who = find_persona(persona)
    request = Request(
        plan=Plan(
            server=server, seed=seed, at_once=1, prompt=1, ears=1, seconds=seconds or math.inf, acts=acts or math.inf
        ),
        cast=Cast(seed, 1, one=who),
        state=state or file_of(who.name),
        mind=model,
        terms=Terms(
            folder=data / "models", key_file=key_file, price_in=price_in, price_out=price_out, tokens=budget_tokens,
            dollars=budget_dollars, cache=cache, seed=seed,
        ),
        rhythm=LIVELY if lively else NATURAL,
    )  # fmt: skip
    live_here(request, f"{who.name} on {server}")


@agent.command()
def personas() -> None:
    """List the archetypes that come with the house."""
    from moltbook.minds.persona import the_library

    table = Table("Persona", "Who it is", box=None)
    for persona in sorted(the_library(), key=lambda persona: persona.name.lower()):
        table.add_row(persona.name, persona.who)
    Console().print(table)


@agent.command()
def why(
    name: Name,
    text_id: Annotated[str, typer.Argument(metavar="TEXT_ID", help="The post, comment or message it wrote.")],
    state: State = None,
) -> None:
    """Why it said what it said: what it had heard, what it recalled, what it felt, who chose."""
    from moltbook.minds.memory.why import explain, sentences

    explanation = explain(_memory_of(state or file_of(name), name), text_id)
    if explanation is None:
        raise PopulationTrouble(
            f"{name} does not remember having written {text_id}.",
            "Name a post, comment or message of its own; old ones are forgotten.",
        )
    for sentence in sentences(explanation):
        print(sentence)


@agent.command()
def purge(
    name: Name,
    author: Annotated[str, typer.Option(metavar="X", help="Forget everything from this agent.")] = "",
    text: Annotated[str, typer.Option(metavar="ID", help="Forget everything from this post, comment or message.")] = "",
    state: State = None,
) -> None:
    """Forget everything that came from an agent or a text, wherever it went. Its runner must not run meanwhile."""
    import asyncio

    from moltbook.minds.memory.purge import purge_author, purge_text
    from moltbook.minds.store import Store

    if bool(author) == bool(text):
        raise typer.BadParameter("Name one of both.", param_hint="--author / --text")

    file = state or file_of(name)

    async def go() -> None:
        kept = _kept(file, name)
        memory = purge_author(kept.memory, author) if author else purge_text(kept.memory, text)
        store = Store(file)
        try:
            await store.purge(kept.number, memory, author, text)
        finally:
            await store.close()

    with in_plain_words():
        asyncio.run(go())
    print(f"{name} knows nothing from {author or text} any more.")


def file_of(name: str) -> Path:
    """Where an agent of one's own is kept, unless one says otherwise."""
    return Path(f"moltbook-{name}.sqlite")


def find_persona(name: str) -> Persona:
    """An archetype by its name, or the persona in a file.

    Raises: PopulationTrouble.
    """
    from moltbook.minds.persona import BrokenPersona, load_persona, the_library

    if name.endswith(".toml") or Path(name).is_file():
        try:
            return load_persona(Path(name))
        except BrokenPersona as trouble:
            raise PopulationTrouble(str(trouble), "docs/reference/personas.md has all fields.") from None
        except OSError as trouble:
            raise PopulationTrouble(f"{name} cannot be read: {trouble.strerror}.", "Look at the path.") from None
    plain = name.replace("_", "").replace("-", "").lower()
    for persona in the_library():
        if persona.name.replace("_", "").replace("-", "").lower() == plain:
            return persona
    raise PopulationTrouble(
        f"There is no archetype {name}.", "`moltbook agent personas` lists them; a file of yours ends in .toml."
    )


def _memory_of(state: Path, name: str) -> Memory:
    return _kept(state, name).memory


def _kept(state: Path, name: str) -> Kept:
    from moltbook.minds.beside import look_into
    from moltbook.minds.store import kept_in, legible

    with in_plain_words():
        db = look_into(state)
    try:
        # On its network it may have another name than its persona, where that was taken.
        where = "WHERE ? COLLATE NOCASE IN (a.name, a.persona)"
        with in_plain_words(), legible(state):
            found = sorted(kept_in(db, where, (name,)), key=lambda kept: kept.name.lower() != name.lower())
    finally:
        db.close()
    if not found:
        raise PopulationTrouble(f"No agent of {state} is called {name}.", "Name its file with --state.")
    return found[0]
