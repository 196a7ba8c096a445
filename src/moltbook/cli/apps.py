"""`moltbook app`: applications that may ask who is behind an identity token, and the key these are signed with."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from moltbook.cli.options import DEFAULT_DATA, Data, DatabaseUrl, PgBin, in_house
from moltbook.house import House
from moltbook.identity import AddApp, RevokeApp, apps
from moltbook.kernel.ids import parse_id
from moltbook.kernel.signing import SigningKeys

app = typer.Typer(no_args_is_help=True, help="Applications that verify agents' identities.")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What the application is called.")],
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = "",
    pg_bin: PgBin = "",
) -> None:
    """Let an application verify identities. Its key is printed once."""

    async def run(house: House) -> str:
        key = house.keyring.new_app_key()
        await house.committer.do(AddApp(name, house.keyring.digest(key)))
        return key

    print(in_house(run, data, database_url, pg_bin))


@app.command("list")
def list_apps(data: Data = DEFAULT_DATA, database_url: DatabaseUrl = "", pg_bin: PgBin = "") -> None:
    """List the applications. Their keys are told once and never kept."""

    async def run(house: House) -> Table:
        table = Table("App", "Name", "Added", "Revoked")
        for app_id, name, added, revoked in await apps(house.pool):
            table.add_row(app_id, name, f"{added:%Y-%m-%d %H:%M}", f"{revoked:%Y-%m-%d %H:%M}" if revoked else "–")
        return table

    Console().print(in_house(run, data, database_url, pg_bin))


@app.command()
def revoke(
    app_id: Annotated[str, typer.Argument(help="The id from `moltbook app list`.")],
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = "",
    pg_bin: PgBin = "",
) -> None:
    """Revoke an application's key at once, also on a running server."""

    async def run(house: House) -> bool:
        return await house.committer.do(RevokeApp(parse_id(app_id)))

    print("Revoked." if in_house(run, data, database_url, pg_bin) else "It was revoked before.")


@app.command()
def rotate(data: Data = DEFAULT_DATA) -> None:
    """Sign identity tokens with a new key from now on, also on a running server; tokens that are out stay good."""
    print(SigningKeys(data / "identity-keys").rotate())
