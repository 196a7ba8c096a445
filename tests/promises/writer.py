"""A process that writes to a network's database with a Committer of its own, and tells what it wrote in which order."""

import asyncio
import sys
from pathlib import Path

from moltbook.agents import Register
from moltbook.app import open_house
from moltbook.kernel.ids import SubmoltId
from moltbook.posts import PostKind, PublishPost
from moltbook.settings import Settings

ROUNDS = 60
AT_ONCE = 8


async def main(dsn: str, data: Path, name: str) -> None:
    """Post in rounds; each round is acknowledged before the next begins."""
    async with open_house(Settings(data=data, pool_size=2), dsn) as house:
        ring = house.keyring
        secrets = (ring.digest(ring.new_key()), ring.digest(ring.new_claim_token()))
        member = await house.committer.do(Register(name, "", *secrets, "reef-X4B2", True))
        general = SubmoltId(await house.pool.fetchval("SELECT id FROM submolts WHERE name = 'general'"))
        for number in range(ROUNDS):
            acts = [
                PublishPost(member.id, general, f"{name} {number} {n}", "", None, PostKind.TEXT) for n in range(AT_ONCE)
            ]
            done = await asyncio.gather(*(house.committer.do(act) for act in acts))
            print(" ".join(published.post.id for published in done), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
