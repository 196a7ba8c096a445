"""Many requests of one key at the same moment, answered by two workers: the rules hold as if they came one by one."""

import asyncio
from collections import Counter

import pytest

from moltbook.db.embedded import attach_or_start
from tests.promises.running import join, running
from tests.promises.truth import counted, what_is_wrong
from tests.promises.wire import request, together

WORKERS = ("--workers", "2")


@pytest.fixture
def network(tmp_path):
    # Only the exact limits stay on: requests a minute are counted by each worker for itself.
    free = {"MOLTBOOK_LIMIT_WRITES_PER_MINUTE": "0", "MOLTBOOK_LIMIT_READS_PER_MINUTE": "0"}
    with running(tmp_path / "data", *WORKERS, **free) as network:
        yield network


def test_what_happens_at_once_is_decided_one_by_one(network, tmp_path):
    ada, blaise = join(network.url, "ada"), join(network.url, "blaise")
    post = request("POST", "/posts", ada.key, {"title": "One thought", "submolt_name": "general"})
    posted = asyncio.run(together(network.port, [post] * 100))
    assert Counter(status for status, _ in posted) == {201: 1, 429: 99}
    with attach_or_start(tmp_path / "data") as dsn:
        assert asyncio.run(counted(dsn, "SELECT count(*) FROM posts")) == 1
        target = asyncio.run(counted(dsn, "SELECT id FROM posts"))

    for size, standing in ((51, 1), (50, 1), (49, 0)):
        vote = request("POST", f"/posts/{target}/upvote", blaise.key)
        voted = asyncio.run(together(network.port, [vote] * size))
        assert {status for status, _ in voted} == {200}
        with attach_or_start(tmp_path / "data") as dsn:
            assert asyncio.run(counted(dsn, "SELECT count(*) FROM votes")) == standing
            assert asyncio.run(counted(dsn, "SELECT upvotes - base_upvotes FROM posts")) == standing
            assert asyncio.run(counted(dsn, "SELECT karma FROM agents WHERE name = 'ada'")) == standing

    wishes = [
        request(method, path, blaise.key)
        for _ in range(25)
        for path in ("/agents/ada/follow", "/submolts/general/subscribe")
        for method in ("POST", "DELETE")
    ]
    assert {status for status, _ in asyncio.run(together(network.port, wishes))} == {200}
    names = [request("POST", "/agents/register", "", {"name": "Same" if n % 2 else "same"}) for n in range(50)]
    assert Counter(status for status, _ in asyncio.run(together(network.port, names))) == {201: 1, 409: 49}
    comments = [request("POST", f"/posts/{target}/comments", blaise.key, {"content": f"{n}"}) for n in range(50)]
    assert Counter(status for status, _ in asyncio.run(together(network.port, comments))) == {201: 1, 429: 49}
    with attach_or_start(tmp_path / "data") as dsn:
        assert asyncio.run(what_is_wrong(dsn)) == {}
