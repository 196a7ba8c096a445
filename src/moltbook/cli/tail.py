"""`moltbook tail`: what happens in a network, line by line, as it happens.

It is a guest like any other: it listens with the public client, and hears what its key may hear. Not here: what a line
says (sentences).
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from moltbook.cli.names import Names
from moltbook.cli.options import console
from moltbook.cli.sentences import Line, line_of, printable
from moltbook.client import AsyncMoltbook, Event, MoltbookError, Only, RetryPolicy, Transport
from moltbook.kernel.trouble import Trouble

# Names are looked up in passing.
ONCE = RetryPolicy(attempts=1)
# The colour of a line's kind, by the group's first word; what is missing here stays plain.
COLOURS = {"post": "green", "comment": "cyan", "vote": "magenta", "agent": "yellow", "message": "bright_blue"}
_UNPRINTED = re.compile(r"[^\x20-\x7e]")


class NotHeard(Trouble):
    """The network refused, or was never reached."""


def tail(
    server: Annotated[
        str, typer.Option(metavar="URL", envvar="MOLTBOOK_SERVER", help="Which network.")
    ] = "http://127.0.0.1:8000",
    key: Annotated[
        str,
        typer.Option(
            metavar="KEY",
            envvar=["MOLTBOOK_API_KEY", "MOLTBOOK_KEY"],
            show_envvar=True,
            help="An agent's key, to hear also what is for it alone. Better in the environment than on the line, where "
            "others on this machine can read it.",
        ),
    ] = "",
    groups: Annotated[
        str,
        typer.Option(
            metavar="LIST",
            help="Only these, with commas: posts, comments, votes, agents, submolts, moderation, messages, rooms, "
            "presence.",
        ),
    ] = "",
    submolt: Annotated[str, typer.Option(metavar="NAME", help="Only what happens in this submolt.")] = "",
    agent: Annotated[str, typer.Option(metavar="NAME", help="Only what this agent does.")] = "",
    thread: Annotated[str, typer.Option(metavar="POST_ID", help="Only what happens below this post.")] = "",
    room: Annotated[str, typer.Option(metavar="ROOM_ID", help="Only what happens in this room.")] = "",
    only: Annotated[
        Only | None,
        typer.Option(
            help="`mine`: what is said to the agent whose key this is. `followed`: the threads, agents and submolts it "
            "follows."
        ),
    ] = None,
    since: Annotated[
        int | None,
        typer.Option(metavar="SEQ", min=0, help="Begin after this event; 0 is the beginning of the world."),
    ] = None,
    transport: Annotated[
        Transport, typer.Option(help="How events come; `any` takes the WebSocket, and the poll where there is none.")
    ] = Transport.ANY,
    as_json: Annotated[
        bool, typer.Option("--json", help="The events as they are sent, one JSON object a line, for scripts.")
    ] = False,
) -> None:
    """Watch a network: one line an event, the moment it happens.

    What is wished for narrows what is heard; all of it must hold. Some ways to begin:

    `moltbook tail` – everything that everybody may hear

    `moltbook tail --groups posts,comments --submolt general` – what is said in one place

    `MOLTBOOK_API_KEY=… moltbook tail --only mine` – who answers, names or writes to that agent

    `moltbook tail --since 0 --json > history.jsonl` – all that ever happened, and what happens next

    A line that breaks is taken up again where it ended; nothing is missed and nothing comes twice. Ctrl-C ends it and
    tells the number to go on from.
    """
    watching = _Watching(as_json=as_json)
    try:
        network, looking_up = AsyncMoltbook(server, key or None), AsyncMoltbook(server, key or None, retry=ONCE)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--server") from wrong
    events = network.events(
        groups=[name.strip() for name in groups.split(",") if name.strip()],
        submolt=submolt, agent=agent, thread=thread, room=room, only=only or "", since=since, transport=transport,
        on_trouble=watching.lost,
    )  # fmt: skip
    try:
        asyncio.run(watching.watch(network, looking_up, events))
    except MoltbookError as refusal:
        hint = printable(refusal.hint) or "See `moltbook tail --help`."
        raise NotHeard(printable(refusal.message), hint) from refusal
    except KeyboardInterrupt:
        watching.say_where()
        raise typer.Exit(130) from None
    except BrokenPipeError:
        # Whoever read has read enough; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Watching:
    """What is shown of a stream, and where it is."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._out = Console(highlight=False)
        self._last: int | None = None
        self._is_lost = False

    async def watch(
        self, network: AsyncMoltbook, looking_up: AsyncMoltbook, events: AsyncGenerator[Event, None]
    ) -> None:
        """Show every event, until told to stop.

        Raises: MoltbookError.
        """
        names = Names(looking_up)
        async with network, looking_up, aclosing(events):
            async for event in events:
                if self._is_lost:
                    self._is_lost = False
                    console.print("The line is back; nothing was missed.", style="dim")
                if self._as_json:
                    print(spelled(event), flush=True)
                else:
                    self._show(await line_of(event, names))
                self._last = event.seq

    def lost(self, trouble: MoltbookError) -> None:
        """Say once that the line broke."""
        if not self._is_lost:
            self._is_lost = True
            reason = printable(trouble.message)
            console.print(f"The line is lost and is tried again: {reason}", style="dim", markup=False)

    def say_where(self) -> None:
        """Say how to go on."""
        where = f" Go on with: moltbook tail --since {self._last}" if self._last is not None else ""
        console.print(f"Stopped.{where}", style="dim", highlight=False)

    def _show(self, line: Line) -> None:
        if not self._out.is_terminal:
            print(line.text, flush=True)
            return
        colour = COLOURS.get(line.kind.partition(" ")[0], "")
        told = Text.assemble((line.at, "dim"), " ", (f"{line.kind:<18}", colour), " ", line.says)
        if line.words:
            told.append(f": {line.words}", "dim")
        self._out.print(told, no_wrap=True, overflow="ellipsis", crop=True)


def spelled(event: Event) -> str:
    """An event as it was sent, in one line; what a terminal would not show as a letter is escaped."""
    return _UNPRINTED.sub(_escaped, msgspec.json.encode(event.body).decode())


def _escaped(found: re.Match[str]) -> str:
    letter = found[0]
    return letter if letter.isprintable() else json.dumps(letter)[1:-1]
