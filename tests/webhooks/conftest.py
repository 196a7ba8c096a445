"""A network whose agents may name this machine, a receiver, and one that lets everybody wait."""

import asyncio
from datetime import UTC, datetime

import pytest

from moltbook.gateway import posting as postings
from tests.webhooks.receiver import answer, receiving


@pytest.fixture
async def receiver():
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def house(found, monkeypatch):
    monkeypatch.setattr(postings, "NOTE_SECONDS", 0.02)
    async with found(webhooks_private=True) as network:
        network.clock.now = datetime.now(UTC)
        yield network


@pytest.fixture
async def tarpit():
    """A receiver that answers nothing until it is let go."""
    released = asyncio.Event()

    async def wait(_):
        await released.wait()
        return answer(200)

    async with receiving() as tarpit:
        tarpit.script += [wait] * 100
        tarpit.let_go = released.set
        yield tarpit
