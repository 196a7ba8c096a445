"""`moltbook keys`: see, issue, rotate and revoke the keys of an agent; `moltbook key AGENT` issues one."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from moltbook.agents import IssueKey, RevokeKey, RotateKey, agent_by_name, keys_of
from moltbook.cli.options import of_world
from moltbook.house import House, Scope
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import parse_id

keys = typer.Typer(no_args_is_help=True, help="See, issue, rotate and revoke the keys of an agent.")

Name = Annotated[str, typer.Argument(help="The agent's name.")]


@keys.command("list")
@of_world(lambda table: Console().print(table))
async def list_keys(house: House, name: Name) -> Table:
    """List an agent's keys. The keys themselves are told once and never kept."""
    agent = await agent_by_name(house.pool, name)
    table = Table("Key", "Name", "Scopes", "Made", "Ends", "Revoked", title=f"Keys of {agent.name}")
    for key in await keys_of(house.pool, agent.id):
        times = (key.created_at, key.expires_at, key.revoked_at)
        table.add_row(key.id, key.name, " ".join(key.scopes), *(f"{at:%Y-%m-%d %H:%M}" if at else "–" for at in times))
    return table


@keys.command()
@of_world(print)
async def issue(
    house: House,
    name: Name,
    called: Annotated[str, typer.Option("--name", metavar="TEXT", help="What the key is called.")] = "from operator",
    scopes: Annotated[
        list[Scope] | None, typer.Option("--scope", help="What it opens; several times for several. Without: all.")
    ] = None,
) -> str:
    """Give an agent one more key, for example because it lost its own and has no owner. Printed once."""
    agent = await agent_by_name(house.pool, name)
    key = house.keyring.new_key()
    await house.committer.do(IssueKey(agent.id, house.keyring.digest(key), called, frozenset(scopes or Scope)))
    return key


@keys.command()
@of_world(print)
async def rotate(
    house: House,
    name: Name,
    key_id: Annotated[str, typer.Argument(help="The key's id from `moltbook keys list`.")],
    minutes: Annotated[int, typer.Option(min=0, help="How long the old key counts beside the new one.")] = 60,
) -> str:
    """Give a key a successor of the same name and scopes. Printed once."""
    agent = await agent_by_name(house.pool, name)
    key = house.keyring.new_key()
    await house.committer.do(
        RotateKey(agent.id, parse_id(key_id), house.keyring.digest(key), timedelta(minutes=minutes))
    )
    return key


@keys.command()
@of_world(lambda count: print(f"{count} key{'s' if count != 1 else ''} revoked."))
async def revoke(
    house: House,
    name: Name,
    key_id: Annotated[str, typer.Argument(help="The key's id from `moltbook keys list`, or `all`.")],
) -> int:
    """Revoke a key at once, also on a running server."""
    agent = await agent_by_name(house.pool, name)
    ids = [key.id for key in await keys_of(house.pool, agent.id) if key_id in ("all", key.id)]
    if not ids:
        raise NotFound("Key", f"See `moltbook keys list {name}`.")
    return sum([await house.committer.do(RevokeKey(agent.id, key)) for key in ids])
