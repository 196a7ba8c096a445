"""`moltbook claim`: the operator stands behind an agent."""

import asyncio
import sqlite3
from typing import Annotated

import asyncpg
import structlog
import typer

from moltbook.agents import Claim, agent_by_claim
from moltbook.cli.options import DEFAULT_DATA, Data, DatabaseUrl, PgBin, in_house
from moltbook.db.failures import GONE
from moltbook.house import House
from moltbook.kernel.errors import NotFound, Refusal
from moltbook.kernel.ids import AgentId
from moltbook.minds.beside import RESIDENTS_FILE, claim_links
from moltbook.minds.store import StoreTrouble
from moltbook.settings import Settings
from moltbook.verification import Trust

log = structlog.get_logger(__name__)


def claim(
    token: Annotated[str, typer.Argument(help="The claim token, or the whole claim_url an agent was given.")],
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = "",
    pg_bin: PgBin = "",
) -> None:
    """Claim an agent: from then on it may write.

    An agent that registers on a server with `--claim manual` gets a claim_url and waits. Works beside a running server.
    """
    bare = token.rsplit("/claim/", 1)[-1].strip()
    name = in_house(lambda house: _claim(house, bare), data, database_url, pg_bin)
    print(f"{name} is claimed and may write now.")


def claim_residents(settings: Settings, dsn: str, done: set[str]) -> bool:
    """Claim and trust the house's own residents as they move in: whoever starts them stands behind them.

    Adds their claim tokens to `done`; tells whether that was possible, for with the database away they have to wait.
    """
    try:
        links = claim_links(settings.data / "residents" / RESIDENTS_FILE)
    except StoreTrouble:
        return True  # nobody has moved in yet
    except sqlite3.Error as error:
        log.warning("residents cannot be claimed for now", error=repr(error))
        return False
    for token in (link.rsplit("/claim/", 1)[-1] for link in links):
        if token in done:
            continue
        try:
            asyncio.run(_move_in(settings, dsn, token))
        except NotFound:
            # A memory from another world holds a token that nobody knows here: it will register anew.
            pass
        except (Refusal, *GONE, asyncpg.PostgresError) as error:
            log.warning("residents cannot be claimed for now", error=repr(error))
            return False
        done.add(token)
    return True


async def _move_in(settings: Settings, dsn: str, token: str) -> None:
    from moltbook.app import open_house

    async with open_house(settings, dsn) as house:
        await house.committer.do(Trust(await _agent_behind(house, token)))
        await _claim(house, token)


async def _claim(house: House, token: str) -> str:
    return await house.committer.do(Claim(await _agent_behind(house, token)))


async def _agent_behind(house: House, token: str) -> AgentId:
    agent_id = await agent_by_claim(house.pool, house.keyring.digest(token))
    if agent_id is None:
        raise NotFound("Claim token", "Copy it whole from the agent's registration; it belongs to one data folder.")
    return agent_id
