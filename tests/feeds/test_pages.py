"""First pages as bytes: the same for everybody, true again soon after a change, rebuilt once for all who wait."""

import asyncio
import gzip
import random

import brotli
import msgspec
import pytest

from moltbook.feeds import PageCache
from moltbook.feeds.pages import PAGES, encode


async def test_one_build_serves_all_who_ask():
    pages, built = PageCache(), []

    async def build():
        built.append(1)
        await asyncio.sleep(0)
        return b"page"

    assert pages.fresh("key") is None
    answers = await asyncio.gather(*(pages.get("key", build) for _ in range(50)))
    assert len(built) == 1
    assert {answer.identity for answer in answers} == {b"page"}
    assert pages.fresh("key") is answers[0]


async def test_a_build_that_fails_is_tried_again_by_the_next():
    pages = PageCache()

    async def broken():
        raise OSError("database away")

    async def build():
        return b"page"

    failed = await asyncio.gather(*(pages.get("key", broken) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in failed] == [OSError] * 3
    assert (await pages.get("key", build)).identity == b"page"


async def test_a_touched_page_is_built_anew_when_it_has_rested(monkeypatch):
    now = 1000.0
    monkeypatch.setattr("moltbook.feeds.pages.time.monotonic", lambda: now)
    pages, versions = PageCache(), iter([b"one", b"two", b"three"])

    async def build():
        return next(versions)

    assert (await pages.get("key", build)).identity == b"one"
    now += 10
    assert pages.fresh("key").identity == b"one"
    pages.touch()
    assert pages.fresh("key") is None
    assert (await pages.get("key", build)).identity == b"two"
    pages.touch()
    assert pages.fresh("key").identity == b"two"
    now += 31
    assert (await pages.get("key", build)).identity == b"three"


async def test_what_is_not_there_pushes_nothing_out():
    pages = PageCache()

    async def build():
        return b"page"

    async def missing():
        raise LookupError

    kept = await pages.get("key", build)
    for number in range(PAGES + 1):
        with pytest.raises(LookupError):
            await pages.get(number, missing)
    assert pages.fresh("key") is kept


async def test_pages_hold_so_many_bytes_and_the_last_one_built_stays():
    pages = PageCache(kept_bytes=10_000)

    async def build():
        return random.Random(1).randbytes(2000)

    for number in range(10):
        await pages.get(number, build)
        assert pages.bytes <= 10_000
    assert pages.fresh(0) is None
    assert pages.fresh(9) is not None

    async def long():
        return bytes(20_000)

    assert (await pages.get("long", long)).identity == bytes(20_000)
    assert pages.fresh(9) is None
    assert (await pages.get(0, build)).identity
    assert pages.bytes <= 10_000


async def test_a_page_that_takes_long_rests_longer(monkeypatch):
    now = 1000.0
    monkeypatch.setattr("moltbook.feeds.pages.time.monotonic", lambda: now)
    pages = PageCache()

    async def build():
        nonlocal now
        now += 2
        return b"page"

    await pages.get("key", build)
    pages.touch()
    now += 7
    assert pages.fresh("key") is not None
    now += 2
    assert pages.fresh("key") is None


def test_every_coding_holds_the_same_page():
    body = b"words " * 1000
    page = encode(body)
    assert page.identity == gzip.decompress(page.gzip) == brotli.decompress(page.br) == body
    assert len(page.br) < len(body)
    assert encode(body).etag == page.etag != encode(body + b"!").etag


async def test_a_first_page_comes_in_the_coding_one_accepts(network):
    ada = await network.agent("ada")
    await network.post(ada)
    await network.settle()
    plain = await network.call("GET", "/posts?sort=new")
    assert len(plain["posts"]) == 1
    for accepted, decode in (("br, gzip", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)):
        answer = await network.call("GET", "/posts?sort=new", headers={"accept-encoding": accepted})
        assert decode(answer.body) == plain.body
        assert answer.headers["vary"] == "accept-encoding"
        assert answer.headers["etag"] == plain.headers["etag"]
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-length"] == str(len(answer.body))
    known = await network.call("GET", "/posts?sort=new", headers={"if-none-match": plain.headers["etag"]})
    assert (known.status, known.body) == (304, b"")


async def test_a_first_page_is_the_page_one_gets_with_a_key(network):
    ada = await network.agent("ada")
    for n in range(30):
        await network.post(ada, f"post {n}")
    await network.settle()
    for query in ("", "?sort=hot", "?sort=new", "?sort=top&limit=25", "?limit=25&sort=rising"):
        bare, keyed = await network.call("GET", f"/posts{query}"), await ada.get(f"/posts{query}")
        first, second = bare.json, keyed.json
        if "rising" in query:
            assert [p["id"] for p in first["posts"]] == [p["id"] for p in second["posts"]]
        else:
            assert msgspec.json.encode(first) == msgspec.json.encode(second)
        assert first["count"] == 25
