"""Whoever listens misses nothing and hears nothing twice, though the workers it listens to are killed."""

import asyncio
import itertools
from random import Random
from typing import Any

import httpx2
import psutil
import pytest

from moltbook.db.embedded import attach_or_start
from moltbook.db.pool import connect
from moltbook.log import Entry
from moltbook.log.follow import AFTER
from tests.gateway.wired import Follower
from tests.promises.load import Writer
from tests.promises.running import Member, Running, join, running, until
from tests.webhooks.receiver import Receiver, receiving

WRITERS = 2
LISTENERS = 4
WRITES_BETWEEN = 100
END = "That was all."


@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=[pytest.mark.proof, pytest.mark.timeout(3600)])])
def test_sessions_survive_the_workers_they_were_held_with(tmp_path, kills):
    data = tmp_path / "data"
    with running(data, "--limits", "off", "--workers", "2", "--webhooks-private") as network:
        ada, *members = [join(network.url, f"writer{n}") for n in range(WRITERS + 1)]
        posts = [publish(network, ada.key, f"seed {n}") for n in range(3)]
        writers = [Writer(network.url, member, posts, n) for n, member in enumerate(members)]
        followers = [
            Follower(Random(n), member.id if member else "", member.key if member else "")
            for n, member in zip(range(LISTENERS), itertools.cycle((*members, None)), strict=False)
        ]
        for writer in writers:
            writer.start()
        told = asyncio.run(listen_while_workers_die(network, writers, followers, members[0], kills))
        surprises = [surprise for writer in writers for surprise in writer.surprises]
    assert surprises == []
    with attach_or_start(data) as dsn:
        entries = asyncio.run(read(dsn))
    assert [follower.wrong(entries) for follower in followers] == [""] * LISTENERS
    first = told.events[0]["seq"]
    # It begins with its own making, or a little before.
    assert "webhook.added" in [event["kind"] for event in told.events]
    assert told.wrong(entry for entry in entries if entry.seq >= first) == ""


async def listen_while_workers_die(
    network: Running, writers: list[Writer], followers: list[Follower], member: Member, kills: int
) -> Follower:
    """Kill so many, with a webhook beside the sessions; what that one was told, as if it had followed."""

    def is_last(event):
        return event.get("words", {}).get("title") == END

    following = [asyncio.create_task(one.follow(lambda: network.port, is_last)) for one in followers]
    async with receiving() as receiver:
        await asyncio.to_thread(send, network, member.key, "/webhooks", {"url": receiver.url})
        try:
            for _ in range(kills):
                await asyncio.to_thread(kill_one, network, writers)
        finally:
            for writer in writers:
                writer.leave()
            for writer in writers:
                await asyncio.to_thread(writer.join, 60)
        await asyncio.to_thread(until, network.answers, "the network is well in the end")
        await asyncio.to_thread(publish, network, member.key, END)
        async with asyncio.timeout(120):
            await asyncio.gather(*following)
            while not is_last((await receiver.next()).json):
                pass
    return told_to(receiver, member)


def told_to(receiver: Receiver, member: Member) -> Follower:
    """What came, each event once: a sender that was killed sends again what it had not noted yet."""
    told = Follower(Random(0), member.id, member.key)
    told.events = list({delivery.headers["webhook-id"]: delivery.json for delivery in receiver.got}.values())
    return told


def kill_one(network: Running, writers: list[Writer]) -> None:
    """Let there be something to hear, then kill a worker and wait until there are two again."""
    before = sum(writer.acknowledged for writer in writers)
    until(lambda: sum(writer.acknowledged for writer in writers) >= before + WRITES_BETWEEN, "writes go on")
    victim, *_ = until(lambda: len(found := network.workers()) == 2 and found, "two workers run")
    victim.kill()
    until(lambda: not psutil.pid_exists(victim.pid) or victim.status() == psutil.STATUS_ZOMBIE, "the victim is dead")


def publish(network: Running, key: str, title: str) -> str:
    return str(send(network, key, "/posts", {"title": title, "submolt_name": "general"})["post"]["id"])


def send(network: Running, key: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx2.post(f"{network.url}{path}", json=body, headers=headers, timeout=20)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def read(dsn: str) -> list[Entry]:
    connection = await connect(dsn, "moltbook truth")
    try:
        return [Entry(*row) for row in await connection.fetch(AFTER, 0, 10_000_000)]
    finally:
        await connection.close()
