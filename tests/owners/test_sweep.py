"""The sweep: it forgets what is over, and one that fails is not the last."""

import asyncio

import asyncpg

from moltbook import app


async def test_a_sweep_that_fails_is_not_the_last(network, monkeypatch):
    swept = asyncio.Event()
    failures = [asyncpg.DeadlockDetectedError("two swept at once"), OSError("away")]

    async def forget(*_):
        if failures:
            raise failures.pop()
        swept.set()

    monkeypatch.setattr(app, "SWEEP_SECONDS", 0)
    monkeypatch.setattr(app, "forget_spent", forget)
    sweeping = asyncio.create_task(app.keep_swept(network.house))
    await asyncio.wait_for(swept.wait(), 10)
    assert not sweeping.done()
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)
