"""Options that several commands share, and where the database of a command is."""

import asyncio
import contextlib
import inspect
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import asyncpg
import msgspec
import typer
from rich.console import Console

from moltbook.db.embedded import attach_or_start
from moltbook.db.pool import reach
from moltbook.db.trouble import SchemaTooOld
from moltbook.house import House
from moltbook.settings import Settings

Answer = TypeVar("Answer")

DEFAULT_DATA = Path("moltbook-data")

# What a person should read goes to stderr with the logs; stdout is for what a program may want.
console = Console(stderr=True)

Data = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="DIR",
        envvar="MOLTBOOK_DATA",
        help="The folder that holds the whole world.",
        show_default=True,
    ),
]
DatabaseUrl = Annotated[
    str,
    typer.Option(
        "--database-url",
        metavar="URL",
        envvar="DATABASE_URL",
        help="A PostgreSQL ≥ 16 of yours, instead of the built-in one in --data.",
    ),
]
PgBin = Annotated[
    str,
    typer.Option(
        "--pg-bin", metavar="DIR", envvar="MOLTBOOK_PG_BIN", help="PostgreSQL programs to use instead of the wheel's."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for scripts.")]


def moment_of(text: str) -> datetime:
    """A moment as one types it; UTC unless it says otherwise.

    Raises: typer.BadParameter.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("Write a day or a moment, as in 2026-01-31 or 2026-01-31T12:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextlib.contextmanager
def database(data: Path, database_url: str, pg_bin: str = "") -> Iterator[str]:
    """The address of the database: the given one, that of a running server, or one started for this command."""
    if database_url:
        yield database_url
        return
    if not (data / "pg").exists():
        raise typer.BadParameter(
            f"There is no world in {data}. Start one with `moltbook up --data {data}`, or name another folder.",
            param_hint="--data",
        )
    programs = Path(pg_bin) if pg_bin else None
    with attach_or_start(data, programs=programs, on_wait=console.print) as dsn:
        yield dsn


def _ensure_secrets(data: Path, database_url: str) -> None:
    """Raises: typer.BadParameter where a new pepper would be made for a world that has one elsewhere."""
    if database_url and not (data / "pepper").exists():
        raise typer.BadParameter(
            f"There are no secrets in {data}. Name the server's own folder: keys made with others open nothing.",
            param_hint="--data",
        )


def in_house(
    work: Callable[[House], Awaitable[Answer]], data: Path, database_url: str = "", pg_bin: str = ""
) -> Answer:
    """Do something in the world of a data folder, beside a running server or without one.

    Raises: NotReachable, SchemaTooOld, typer.BadParameter, and what the work raises.
    """
    # The whole server, which takes as long to import as all else together: not before it is needed.
    from moltbook.app import open_house

    _ensure_secrets(data, database_url)

    async def run(dsn: str) -> Answer:
        connection = await reach(dsn, "moltbook command")
        await connection.close()
        try:
            async with open_house(Settings(data=data), dsn) as house:
                return await work(house)
        except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError) as error:
            raise SchemaTooOld(
                "The database holds no world, or one of an older Moltbook.",
                "Start `moltbook up` with it once: that brings it up to date.",
            ) from error

    with database(data, database_url, pg_bin) as dsn:
        return asyncio.run(run(dsn))


def of_world(
    tell: Callable[[Any], None], *, json: bool = False
) -> Callable[[Callable[..., Awaitable[Any]]], Callable[..., None]]:
    """Make a command of work in a house: it gets the options that name the world, and `tell` is given the outcome.

    The work's other parameters are the command's. With `json` there is an option to print the outcome as JSON instead.
    """
    more: dict[str, tuple[Any, Any]] = {"as_json": (AsJson, False)} if json else {}
    more |= {"data": (Data, DEFAULT_DATA), "database_url": (DatabaseUrl, ""), "pg_bin": (PgBin, "")}

    def dress(work: Callable[..., Awaitable[Any]]) -> Callable[..., None]:
        def command(data: Path, database_url: str, pg_bin: str, as_json: bool = False, **given: Any) -> None:
            found = in_house(lambda house: work(house, **given), data, database_url, pg_bin)
            if as_json:
                print(msgspec.json.encode(found).decode())
            else:
                tell(found)

        by_name = inspect.Parameter.KEYWORD_ONLY
        own = [parameter.replace(kind=by_name) for parameter in [*inspect.signature(work).parameters.values()][1:]]
        own += [inspect.Parameter(n, by_name, default=value, annotation=kind) for n, (kind, value) in more.items()]
        command.__name__, command.__doc__ = work.__name__, work.__doc__
        command.__signature__ = inspect.Signature(own)  # type: ignore[attr-defined]
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in own}
        return command

    return dress
