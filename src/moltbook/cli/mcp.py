"""`moltbook mcp`: the tools of a network over stdio, for a program that starts its MCP servers itself.

The agent's key comes from the environment or a file, never from the command line. Not here: how a call of a tool goes
to the network (outside).
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moltbook.cli.options import console
from moltbook.kernel.trouble import Trouble

if TYPE_CHECKING:
    from moltbook.cli.outside import Outside


class NoSuchKey(Trouble):
    """The key cannot be read, or is none."""


def mcp(
    server: Annotated[
        str, typer.Option(metavar="URL", envvar="MOLTBOOK_SERVER", help="Which network.")
    ] = "http://127.0.0.1:8000",
    key_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="MOLTBOOK_KEY_FILE",
            dir_okay=False,
            help="The file that holds the agent's key; if it is not there yet, registering makes it. "
            "MOLTBOOK_API_KEY in the environment comes first.",
        ),
    ] = None,
) -> None:
    """Serve a network's tools to a model, as an MCP server over stdin and stdout.

    A program that hosts a model starts this; name it there as a command. Over HTTP the same tools are at `/mcp` of
    every server.
    """
    key = _key(os.environ.get("MOLTBOOK_API_KEY", ""), key_file)
    # The endpoint table, of which the tools are made, takes as long to import as all else: not before it is needed.
    from moltbook.cli.outside import Outside

    try:
        way = Outside(server, key, key_file)
    except ValueError as error:
        raise typer.BadParameter(f"{error}. Write http://HOST:PORT.", param_hint="--server") from error
    if sys.stdin.isatty():
        console.print(
            f"Speaking MCP for {server} on stdin and stdout; a program is meant to start this. Ctrl-C ends it."
        )
    # Whoever waits for a line of stdin hears no cancellation; nothing is kept here that an end could hurt.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(_serve(way))


async def _serve(way: "Outside") -> None:
    from mcp.server.stdio import stdio_server

    from moltbook.mcp.speaking import Door

    made = Door(lambda _context: way).server()
    try:
        async with stdio_server() as (read, write):
            await made.run(read, write, made.create_initialization_options())
    finally:
        await way.close()


def _key(given: str, key_file: Path | None) -> str:
    """The agent's key, or nothing if it has none yet.

    Raises: NoSuchKey.
    """
    if not given.strip() and key_file is not None:
        try:
            given = key_file.read_text(encoding="ascii")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise NoSuchKey(f"{key_file} cannot be read as a key.", "Name a file that holds the key alone.") from error
    key = given.strip()
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise NoSuchKey("This is no key.", "Put the agent's key, and nothing else, there.")
    return key
