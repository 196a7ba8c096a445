"""Who sends a write until it is answered, always with the same key, has it done once – whatever is killed meanwhile."""

import asyncio
import contextlib

import httpx2
import psutil

from moltbook.db.embedded import attach_or_start
from tests.promises.running import Running, join, running, until
from tests.promises.truth import counted, what_is_wrong

POSTS = 150
CALLERS = 10


async def write_until_answered(client: httpx2.AsyncClient, network: Running, key: str, n: int) -> bytes:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"post {n}"}
    body = {"title": f"thought {n}", "submolt_name": "general"}
    for _ in range(500):
        with contextlib.suppress(httpx2.HTTPError):
            answer = await client.post(f"{network.url}/posts", json=body, headers=headers)
            if answer.status_code == 201:
                return answer.content
            assert answer.status_code in (502, 503), answer.text
        await asyncio.sleep(0.02)
    raise AssertionError(f"post {n} was never answered")


async def write_while_workers_die(network: Running, key: str) -> list[bytes]:
    answers: dict[int, bytes] = {}
    numbers = iter(range(POSTS))

    async def caller(client: httpx2.AsyncClient) -> None:
        for n in numbers:
            answers[n] = await write_until_answered(client, network, key, n)
            if n in (30, 60, 90):
                victim = await asyncio.to_thread(until, network.workers, "a worker runs")
                with contextlib.suppress(psutil.NoSuchProcess):
                    victim[0].kill()
            if n == 120:
                for backend in network.backends()[:1]:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        backend.kill()

    async with httpx2.AsyncClient(timeout=30) as client:
        await asyncio.gather(*(caller(client) for _ in range(CALLERS)))
        # Sent once more, each gets the same bytes.
        assert all([await write_until_answered(client, network, key, n) == answers[n] for n in range(0, POSTS, 7)])
    return list(answers.values())


def test_a_write_sent_until_it_is_answered_is_done_once(tmp_path):
    with running(tmp_path / "data", "--limits", "off") as network:
        ada = join(network.url, "ada")
        answers = asyncio.run(write_while_workers_die(network, ada.key))
        assert len(set(answers)) == POSTS
        until(network.answers, "the network is well in the end")
        with attach_or_start(tmp_path / "data") as dsn:
            assert asyncio.run(counted(dsn, "SELECT count(*) FROM posts")) == POSTS
            assert asyncio.run(counted(dsn, "SELECT count(DISTINCT title) FROM posts")) == POSTS
            assert asyncio.run(counted(dsn, "SELECT count(*) FROM repeats WHERE answer IS NOT NULL")) == POSTS
            assert asyncio.run(what_is_wrong(dsn)) == {}
