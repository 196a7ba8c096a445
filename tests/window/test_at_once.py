"""The front page answered before the router is the one that the router would have answered."""

import pytest

from moltbook.app import Server
from moltbook.settings import Settings
from tests.world import Caller


@pytest.fixture
async def front(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", pool_size=3), dsn)
    async with server.running():
        caller = Caller(server, base="")

        async def get(path="/", method="GET", **headers):
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            return await caller(method, path, headers=sent)

        yield get


@pytest.mark.parametrize("coding", ["", "gzip", "br, gzip"])
async def test_both_ways_to_the_front_page_give_the_same(front, coding):
    routed, kept = await front("/?sort=hot", accept_encoding=coding), await front(accept_encoding=coding)
    assert (kept.status, kept.body) == (routed.status, routed.body)
    assert kept.headers == routed.headers
    assert kept.headers["content-security-policy"].startswith("default-src 'none'")


async def test_who_has_the_front_page_is_told_so_either_way(front):
    mark = (await front()).headers["etag"]
    for path in ("/", "/?sort=hot"):
        known = await front(path, if_none_match=mark)
        assert (known.status, known.body, known.headers["etag"]) == (304, b"", mark)


async def test_what_is_no_plain_question_goes_the_usual_way(front):
    await front()
    assert "Top" in (await front("/?sort=top")).body.decode()
    assert (await front(method="HEAD")).status == 200
    assert (await front(method="POST")).status == 405
