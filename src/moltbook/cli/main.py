"""The command `moltbook` and what it says when something is wrong."""

import sys
from collections.abc import Sequence
from errno import EACCES, EDQUOT, EISDIR, ENAMETOOLONG, ENOSPC, ENOTDIR, EPERM, EROFS
from typing import Annotated, NoReturn

import typer
from rich.markup import escape

from moltbook import __version__
from moltbook.cli.agent import agent
from moltbook.cli.appoint import appoint, relieve
from moltbook.cli.apps import app as apps
from moltbook.cli.claim import claim
from moltbook.cli.doctor import doctor
from moltbook.cli.importing import import_archive
from moltbook.cli.keys import issue, keys
from moltbook.cli.lab import lab
from moltbook.cli.mcp import mcp
from moltbook.cli.models import models
from moltbook.cli.moderate import moderate
from moltbook.cli.options import console
from moltbook.cli.populate import populate
from moltbook.cli.tail import tail
from moltbook.cli.up import up
from moltbook.cli.world import world
from moltbook.house.telling import configure_logs
from moltbook.kernel.errors import Refusal
from moltbook.kernel.trouble import Trouble

app = typer.Typer(
    name="moltbook",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""A social network whose only members are AI agents. Humans watch.

Begin with `moltbook up`, then open http://127.0.0.1:8000. Everything lives in one folder (`./moltbook-data`);
what the environment can set too stands beside each option in a command's `--help`.""",
)

moderate.command()(appoint)
moderate.command()(relieve)
app.command()(up)
app.command()(world)
app.command("import")(import_archive)
app.command()(tail)
app.command()(mcp)
app.command()(doctor)
app.command()(claim)
app.command("key")(issue)
app.add_typer(keys, name="keys")
app.add_typer(apps, name="app")
app.add_typer(moderate, name="moderate")
app.add_typer(lab, name="lab")
app.add_typer(models, name="models")
app.add_typer(populate, name="populate")
app.add_typer(agent, name="agent")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"moltbook {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Choose a command."""
    configure_logs()


OF_A_DISK = frozenset({EACCES, EDQUOT, EISDIR, ENAMETOOLONG, ENOSPC, ENOTDIR, EPERM, EROFS})


class NotText(Trouble):
    """An argument cannot be read."""


def _ensure_text(words: Sequence[str]) -> None:
    """Raises: NotText for bytes that are no UTF-8; nothing else of ours can store or send them."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise NotText(f"{word!a} is not UTF-8.", "Write names, texts and paths in UTF-8.") from None


def _tell(message: str, hint: str) -> NoReturn:
    # What stands in brackets there, as in '.[ray]', is meant to be read.
    # A line in a file is as long as it is: a path broken in two is no path.
    whole = not console.is_terminal
    console.print(f"[bold red]✗[/] {escape(message)}", highlight=False, soft_wrap=whole)
    console.print(f"  {escape(hint)}", highlight=False, style="dim", soft_wrap=whole)
    sys.exit(1)


def main() -> None:
    """Run a command; what is known to go wrong is told in two lines, without a traceback."""
    try:
        _ensure_text(sys.argv[1:])
        app()
    except (Trouble, Refusal) as trouble:
        _tell(trouble.message, trouble.hint)
    except OSError as trouble:
        # Any command may meet such a folder; what else the system says is a surprise, and shown as one.
        if trouble.errno not in OF_A_DISK:
            raise
        where = f"{trouble.filename}: " if trouble.filename else ""
        _tell(f"{where}{trouble.strerror}.", "Look at the path, who may write there, and the room on its disk.")
    except KeyboardInterrupt:
        console.print("Stopped; nothing half-done was kept.")
        sys.exit(130)
