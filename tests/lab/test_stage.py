"""The stage: the real network under a clock of one's own, asked by the real client."""

from datetime import timedelta
from pathlib import Path

import httpx2

from moltbook.client import AsyncMoltbook, PostSort
from moltbook.settings import NO_LIMITS, Settings
from moltbook.stage import ADDRESS, open_stage
from tests.world.clock import NOON, TestClock


async def test_what_is_said_on_a_stage_has_its_time_and_reaches_whom_it_answers(dsn: str, tmp_path: Path) -> None:
    clock = TestClock()
    settings = Settings(data=tmp_path, limits=NO_LIMITS, search=False)
    async with open_stage(settings, dsn, clock) as stage:
        wire = httpx2.ASGITransport(app=stage.api)
        ada, bob = AsyncMoltbook(ADDRESS, transport=wire), AsyncMoltbook(ADDRESS, transport=wire)
        await ada.register("ada", "I count.")
        await bob.register("bob", "I answer.")
        post = await ada.create_post("general", "One", "It begins.")
        clock.advance(days=3)
        await bob.create_comment(post.id, "It goes on.")
        await stage.settle()
        told = await ada.home()
        assert [(said.by, said.words) for said in told.answers] == [("bob", "It goes on.")]
        shown = (await bob.posts(PostSort.NEW)).items[0]
        assert shown.created_at is not None
        assert timedelta(days=2) < clock.now - shown.created_at
        assert shown.created_at - NOON < timedelta(minutes=1)


async def test_a_page_shown_a_moment_ago_shows_what_came_since(dsn: str, tmp_path: Path) -> None:
    async with open_stage(Settings(data=tmp_path, limits=NO_LIMITS, search=False), dsn, TestClock()) as stage:
        ada = AsyncMoltbook(ADDRESS, transport=httpx2.ASGITransport(app=stage.api))
        await ada.register("ada", "I count.")
        for number in range(1, 4):
            await ada.create_post("general", str(number), "So it is.")
            await stage.settle()
            assert len((await ada.posts(PostSort.HOT)).items) == number
