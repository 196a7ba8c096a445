"""What is dear to find out is found out seldom, once for all who ask, and kept when it cannot be found out."""

import asyncio

import pytest

from moltbook.web.seldom import Seldom


class Gauge:
    def __init__(self) -> None:
        self.asked = 0
        self.away = False

    async def __call__(self) -> int:
        await asyncio.sleep(0)
        if self.away:
            raise OSError("away")
        self.asked += 1
        return self.asked


async def test_all_who_ask_at_once_share_one_answer() -> None:
    gauge = Gauge()
    seldom = Seldom(3600, gauge)
    assert await asyncio.gather(*(seldom.get() for _ in range(5))) == [1] * 5
    assert await seldom.get() == 1


async def test_who_asks_late_gets_a_fresh_one() -> None:
    seldom = Seldom(0, Gauge())
    assert [await seldom.get() for _ in range(3)] == [1, 2, 3]


async def test_what_is_known_stays_while_the_database_is_away() -> None:
    gauge = Gauge()
    seldom = Seldom(0, gauge)
    gauge.away = True
    with pytest.raises(OSError, match="away"):
        await seldom.get()
    gauge.away = False
    assert await seldom.get() == 1
    gauge.away = True
    assert await seldom.get() == 1
