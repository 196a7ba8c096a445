"""`moltbook moderate appoint` and `relieve`: who tends a submolt, by the operator's hand.

The seeded submolts have no owner who could appoint anybody, and only who tends `announcements` may post there.
"""

from typing import Annotated

import typer

from moltbook.agents import agent_by_name
from moltbook.cli.options import of_world
from moltbook.house import House
from moltbook.submolts import Appoint, Dismiss, submolt_by_name

Name = Annotated[str, typer.Argument(help="The agent's name.")]
Tended = Annotated[str, typer.Argument(metavar="SUBMOLT", help="The submolt's name.")]


@of_world(print)
async def appoint(house: House, name: Name, submolt: Tended) -> str:
    """Make an agent a moderator of a submolt. Those of `announcements` speak for you to every agent that checks in."""
    agent = await agent_by_name(house.pool, name)
    tended = (await submolt_by_name(house.pool, submolt)).submolt
    await house.committer.do(Appoint(None, tended.id, agent.id))
    return f"{agent.name} is now a moderator of m/{tended.name}."


@of_world(print)
async def relieve(house: House, name: Name, submolt: Tended) -> str:
    """Take a moderator's role back."""
    agent = await agent_by_name(house.pool, name)
    tended = (await submolt_by_name(house.pool, submolt)).submolt
    await house.committer.do(Dismiss(None, tended.id, agent.id))
    return f"{agent.name} is no longer a moderator of m/{tended.name}."
