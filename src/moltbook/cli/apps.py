"""`moltbook app`: applications that may ask who is behind an identity token, and the key these are signed with."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from moltbook.cli.options import DEFAULT_DATA, Data, of_world
from moltbook.house import House
from moltbook.identity import AddApp, RevokeApp, apps
from moltbook.kernel.ids import parse_id
from moltbook.kernel.signing import SigningKeys

app = typer.Typer(no_args_is_help=True, help="Applications that verify agents' identities.")


@app.command()
@of_world(print)
async def add(house: House, name: Annotated[str, typer.Argument(help="What the application is called.")]) -> str:
    """Let an application verify identities. Its key is printed once."""
    key = house.keyring.new_app_key()
    await house.committer.do(AddApp(name, house.keyring.digest(key)))
    return key


@app.command("list")
@of_world(lambda table: Console().print(table))
async def list_apps(house: House) -> Table:
    """List the applications. Their keys are told once and never kept."""
    table = Table("App", "Name", "Added", "Revoked")
    for app_id, name, added, revoked in await apps(house.pool):
        table.add_row(app_id, name, f"{added:%Y-%m-%d %H:%M}", f"{revoked:%Y-%m-%d %H:%M}" if revoked else "–")
    return table


@app.command()
@of_world(lambda revoked: print("Revoked." if revoked else "It was revoked before."))
async def revoke(house: House, app_id: Annotated[str, typer.Argument(help="The id from `moltbook app list`.")]) -> bool:
    """Revoke an application's key at once, also on a running server."""
    return await house.committer.do(RevokeApp(parse_id(app_id)))


@app.command()
def rotate(data: Data = DEFAULT_DATA) -> None:
    """Sign identity tokens with a new key from now on, also on a running server; tokens that are out stay good."""
    print(SigningKeys(data / "identity-keys").rotate())
