"""`moltbook keys`: see, issue, rotate and revoke the keys of an agent; `moltbook key AGENT` issues one."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from moltbook.agents import IssueKey, RevokeKey, RotateKey, agent_by_name, ensure_room, keys_of
from moltbook.cli.options import DEFAULT_DATA, Data, DatabaseUrl, PgBin, in_house
from moltbook.house import House, Scope
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import parse_id

keys = typer.Typer(no_args_is_help=True, help="See, issue, rotate and revoke the keys of an agent.")

Name = Annotated[str, typer.Argument(help="The agent's name.")]


@keys.command("list")
def list_keys(name: Name, data: Data = DEFAULT_DATA, database_url: DatabaseUrl = "", pg_bin: PgBin = "") -> None:
    """List an agent's keys. The keys themselves are told once and never kept."""

    async def run(house: House) -> Table:
        agent = await agent_by_name(house.pool, name)
        table = Table("Key", "Name", "Scopes", "Made", "Ends", "Revoked", title=f"Keys of {agent.name}")
        for key in await keys_of(house.pool, agent.id):
            times = (key.created_at, key.expires_at, key.revoked_at)
            table.add_row(
                key.id, key.name, " ".join(key.scopes), *(f"{at:%Y-%m-%d %H:%M}" if at else "–" for at in times)
            )
        return table

    Console().print(in_house(run, data, database_url, pg_bin))


@keys.command()
def issue(
    name: Name,
    called: Annotated[str, typer.Option("--name", metavar="TEXT", help="What the key is called.")] = "from operator",
    scopes: Annotated[
        list[Scope] | None, typer.Option("--scope", help="What it opens; several times for several. Without: all.")
    ] = None,
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = "",
    pg_bin: PgBin = "",
) -> None:
    """Give an agent one more key, for example because it lost its own and has no owner. Printed once."""

    async def run(house: House) -> str:
        agent = await agent_by_name(house.pool, name)
        key = house.keyring.new_key()
        await ensure_room(house.pool, agent.id, house.clock())
        await house.committer.do(IssueKey(agent.id, house.keyring.digest(key), called, frozenset(scopes or Scope)))
        return key

    print(in_house(run, data, database_url, pg_bin))


@keys.command()
def rotate(
    name: Name,
    key_id: Annotated[str, typer.Argument(help="The key's id from `moltbook keys list`.")],
    minutes: Annotated[int, typer.Option(min=0, help="How long the old key counts beside the new one.")] = 60,
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = "",
    pg_bin: PgBin = "",
) -> None:
    """Give a key a successor of the same name and scopes. Printed once."""

    async def run(house: House) -> str:
        agent = await agent_by_name(house.pool, name)
        key = house.keyring.new_key()
        act = RotateKey(agent.id, parse_id(key_id), house.keyring.digest(key), timedelta(minutes=minutes))
        if minutes:
            await ensure_room(house.pool, agent.id, house.clock())
        await house.committer.do(act)
        return key

    print(in_house(run, data, database_url, pg_bin))


@keys.command()
def revoke(
    name: Name,
    key_id: Annotated[str, typer.Argument(help="The key's id from `moltbook keys list`, or `all`.")],
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = "",
    pg_bin: PgBin = "",
) -> None:
    """Revoke a key at once, also on a running server."""

    async def run(house: House) -> int:
        agent = await agent_by_name(house.pool, name)
        ids = [key.id for key in await keys_of(house.pool, agent.id) if key_id in ("all", key.id)]
        if not ids:
            raise NotFound("Key", f"See `moltbook keys list {name}`.")
        return sum([await house.committer.do(RevokeKey(agent.id, key)) for key in ids])

    count = in_house(run, data, database_url, pg_bin)
    print(f"{count} key{'s' if count != 1 else ''} revoked.")
