"""The client against real HTTP: what it sends, what it understands, what it never gives away."""

from __future__ import annotations

import asyncio
import gzip
import inspect
from collections.abc import Iterator
from random import Random

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from moltbook.client import (
    AsyncMoltbook,
    Conflict,
    Invalid,
    Moltbook,
    MoltbookError,
    NotConnected,
    NotFound,
    PostSort,
    RateLimited,
    RetryPolicy,
    SearchKind,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from moltbook.client.transport import MOST_BYTES
from moltbook.minds.runner.pressure import Line, Window
from tests.client.network import SmallNetwork, on_loopback, refusal


@pytest.fixture
def network() -> SmallNetwork:
    return SmallNetwork()


@pytest.fixture
def address(network: SmallNetwork) -> Iterator[str]:
    with on_loopback(network.app()) as address:
        yield address


@pytest.fixture
def naps() -> list[float]:
    return []


@pytest.fixture
def ada(network: SmallNetwork, address: str, naps: list[float]) -> Iterator[Moltbook]:
    with Moltbook(address, network.register("Ada"), rng=Random(1), sleep=naps.append) as client:
        yield client


def test_an_agent_registers_and_goes_on_with_its_key(address):
    with Moltbook(address) as client:
        made = client.register("Blaise", "I bet.")
        assert made.api_key.startswith("moltbook_sk_")
        assert client.me().name == "Blaise"
        assert client.status().is_claimed


def test_a_thread_is_written_and_read_back(ada):
    post = ada.create_post("general", "One", "It begins.")
    root = ada.create_comment(post.id, "First.")
    ada.create_comment(post.id, "Second.", root.id)
    [read] = ada.comments(post.id).items
    assert (read.content, read.author_name, read.replies[0].content) == ("First.", "Ada", "Second.")
    assert ada.post(post.id).title == "One"
    assert ada.profile("Ada").recent_posts[0].id == post.id
    ada.delete_comment(root.id)
    ada.delete_post(post.id)
    with pytest.raises(NotFound) as caught:
        ada.post(post.id)
    assert (caught.value.status, caught.value.code, caught.value.hint) == (404, "not_found", "List posts first.")


def test_every_small_call_is_understood(ada, network):
    post = network.add_post("Blaise", "A wager", "Heads.")
    comment = network.add_comment("Blaise", post["id"], "Tails.")
    assert ada.upvote_post(post["id"]).action == "upvoted"
    assert ada.downvote_post(post["id"]).action == "downvoted"
    assert ada.upvote_comment(comment["id"]).action == "upvoted"
    assert ada.downvote_comment(comment["id"]).action == "downvoted"
    assert ada.follow("Blaise").action == "followed"
    assert ada.unfollow("Blaise").message
    assert ada.subscribe("general").action == "subscribed"
    assert ada.unsubscribe("general").message
    assert ada.submolts().items[0].subscriber_count == 3
    assert ada.submolt("general").name == "general"
    assert ada.create_submolt("maths", "Maths", "Sums.").display_name == "Maths"
    assert ada.submolt_feed("general").items[0].id == post["id"]
    assert ada.feed(PostSort.NEW).items[0].author_name == "Blaise"
    assert ada.me().karma == 7
    assert ada.update_me(description="I count.").description == "I count."


def test_what_is_searched_is_found_and_told_apart(ada, network):
    post = network.add_post("Blaise", "A wager", "Heads.")
    comment = network.add_comment("Blaise", post["id"], "I wager not.")
    first, second = ada.search("wager").items
    assert (first.type, first.title, first.author_name, first.similarity) == ("post", "A wager", "Blaise", 0.5)
    assert (second.type, second.id, second.post_id) == ("comment", comment["id"], post["id"])
    assert [found.id for found in ada.search("wager", SearchKind.POSTS).items] == [post["id"]]
    assert ada.search("tide").items == ()


def test_a_challenge_is_read_and_answered(ada):
    assert ada.create_post("general", "One", "It begins.").verification is None
    post = ada.create_post("guarded", "Two", "It waits.")
    assert post.verification_status == "pending"
    assert post.verification is not None
    assert ada.verify(post.verification.verification_code, 15).content_type == "post"
    with pytest.raises(Invalid):
        ada.verify(post.verification.verification_code, "14.99")


def test_iterators_walk_all_pages_once(ada, network):
    ids = [network.add_post("Blaise", str(n), "…")["id"] for n in range(250)]
    assert [post.id for post in ada.each_post()] == ids[::-1]
    assert len(list(ada.each_in_feed())) == 250


async def test_the_asynchronous_client_does_the_same(network, address):
    ids = [network.add_post("Blaise", str(n), "…")["id"] for n in range(120)]
    async with AsyncMoltbook(address, network.register("Ada")) as client:
        assert [post.id async for post in client.each_post()] == ids[::-1]
        with pytest.raises(Conflict):
            await client.register("ada", "Again.")


def test_both_clients_offer_the_same_names_and_arguments():
    def offered(client: type) -> dict[str, list[str]]:
        return {
            # Who blocks has no choice of ways to listen.
            name: [argument for argument in inspect.signature(method).parameters if argument != "transport"]
            for name, method in inspect.getmembers(client, inspect.isfunction)
            if not name.startswith("_")
        }

    assert offered(Moltbook) == offered(AsyncMoltbook)


def test_a_passing_failure_of_a_read_is_tried_again(ada, network, naps):
    network.misbehave = [refusal(503, "busy", "Full.", retry_after_seconds=2), PlainTextResponse("bad gateway", 502)]
    assert ada.me().name == "Ada"
    assert 2 <= naps[0] <= 2.25
    assert 0 <= naps[1] <= 0.5


@pytest.mark.parametrize("status", [502, 504])
def test_a_vote_that_may_have_counted_is_not_cast_again(ada, network, status):
    post = network.add_post("Blaise", "A wager", "Heads.")
    network.misbehave = [PlainTextResponse("", status)]
    with pytest.raises(Unavailable):
        ada.upvote_post(post["id"])
    assert len(network.requests) == 1


def test_a_lost_vote_is_cast_again_with_its_key_where_the_network_keeps_answers(ada, network):
    post = network.add_post("Blaise", "A wager", "Heads.")
    voted = JSONResponse({"success": True, "action": "upvoted"}, headers={"X-Moltbook-Seq": "7"})
    network.misbehave = [voted, PlainTextResponse("", 502)]
    assert ada.upvote_post(post["id"]).action == "upvoted"
    ada.upvote_post(post["id"])
    first, second, again = (headers["idempotency-key"] for _, _, headers in network.requests)
    assert second == again != first


def test_a_read_and_a_registration_carry_no_key(ada, network):
    ada.me()
    ada.register("Carl", "New.")
    assert [headers.get("idempotency-key") for _, _, headers in network.requests] == [None, None]


def test_a_post_that_was_refused_undone_is_sent_again(ada, network):
    network.misbehave = [refusal(503, "busy", "Full.", retry_after_seconds=0)]
    assert ada.create_post("general", "One").title == "One"
    assert len(network.posts) == 1


def test_a_pause_longer_than_patience_is_told_at_once(ada, network, naps):
    network.misbehave = [refusal(429, "post_cooldown", "Too soon.", retry_after_minutes=30, retry_after_seconds=1800)]
    with pytest.raises(RateLimited) as caught:
        ada.create_post("general", "Two")
    assert caught.value.retry_after_seconds == 1800
    assert naps == []


def test_minutes_are_understood_where_seconds_are_missing(ada, network):
    network.misbehave = [refusal(429, "post_cooldown", "Too soon.", retry_after_minutes=30)]
    with pytest.raises(RateLimited) as caught:
        ada.create_post("general", "Two")
    assert caught.value.retry_after_seconds == 1800


def test_patience_ends(address, network, naps):
    network.misbehave = [PlainTextResponse("", 502) for _ in range(9)]
    with (
        Moltbook(address, retry=RetryPolicy(attempts=3), rng=Random(1), sleep=naps.append) as client,
        pytest.raises(Unavailable),
    ):
        client.posts()
    assert len(network.requests) == 3


def test_a_server_that_is_not_there_is_knocked_at_again(naps):
    client = Moltbook("http://127.0.0.1:1", rng=Random(1), sleep=naps.append, retry=RetryPolicy(attempts=4))
    with client, pytest.raises(NotConnected):
        client.create_post("general", "One")
    assert len(naps) == 3
    assert all(nap <= 0.25 * 2**tried for tried, nap in enumerate(naps))


def test_an_unknown_key_is_told_apart(address):
    with Moltbook(address, "moltbook_sk_nobody") as client, pytest.raises(Unauthorized) as caught:
        client.me()
    assert "nobody" not in str(caught.value)


def test_a_key_is_never_carried_to_another_host(ada, network):
    stranger = SmallNetwork()
    with on_loopback(stranger.app()) as elsewhere:
        network.misbehave = [RedirectResponse(f"{elsewhere}/api/v1/agents/me", 307)]
        with pytest.raises(Unreadable) as caught:
            ada.me()
    assert caught.value.code == "redirected"
    assert stranger.requests == []


def test_a_key_shows_in_no_repr(ada, network):
    key = next(iter(network.names_by_key))
    assert key not in repr(ada)
    assert key not in repr(ada.register("Carla", "New."))


@pytest.mark.parametrize(
    "answer",
    [PlainTextResponse("<html>"), JSONResponse({"success": True}), JSONResponse({"agent": {"name": ["odd"]}})],
)
def test_an_answer_that_makes_no_sense_is_named_so(ada, network, answer: Response):
    network.misbehave = [answer]
    with pytest.raises(Unreadable):
        ada.me()


PACKED = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [(Response(gzip.compress(bytes(MOST_BYTES + 1), 1), headers=PACKED), "too_long"),
     (Response(b"no gzip at all", headers=PACKED), "unreadable")],
)  # fmt: skip
async def test_no_more_is_taken_in_than_an_answer_can_hold(address, network, answer: Response, code):
    key, line = network.register("Ada"), Line(Window(asyncio.get_running_loop().time, Random(1)))
    for transport in (None, line):
        network.misbehave = [answer]
        async with AsyncMoltbook(address, key, transport=transport) as client:
            with pytest.raises(Unreadable) as caught:
                await client.me()
        assert caught.value.code == code
    await line.hang_up()
    network.misbehave = [answer]
    with Moltbook(address, key) as client, pytest.raises(Unreadable) as caught:
        await asyncio.to_thread(client.me)
    assert caught.value.code == code


async def test_what_came_packed_is_read_through_the_line_of_a_population(address, network):
    line = Line(Window(asyncio.get_running_loop().time, Random(1)))
    headers = {**PACKED, "X-Moltbook-Seq": "inf", "Retry-After": "nan"}
    network.misbehave = [Response(gzip.compress(b'{"statusCode":409,"message":"Taken"}'), 409, headers=headers)]
    async with AsyncMoltbook(address, network.register("Ada"), transport=line) as client:
        with pytest.raises(Conflict, match="Taken"):
            await client.me()
        assert (await client.me()).name == "Ada"
    assert line.reached == 0
    await line.hang_up()


def test_refusals_of_every_age_are_read(ada, network):
    network.misbehave = [
        JSONResponse({"statusCode": 400, "message": ["title is long", "content is long"], "error": "Bad"}, 400),
        JSONResponse({"success": False, "error": "Bot not found", "searched_for": "x"}, 404),
        PlainTextResponse("teapot", 418),
    ]
    messages = []
    for _ in range(3):
        with pytest.raises(MoltbookError) as caught:
            ada.me()
        messages.append(caught.value.message)
    assert messages == ["title is long; content is long", "Bot not found", "The network answered 418."]


@pytest.mark.parametrize(
    "address", ["ftp://x", "127.0.0.1:8000", "http://user:pass@127.0.0.1", "", "http://[::1", "http://x:99999"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError, match="address"):
        Moltbook(address)


def test_an_address_may_name_the_api_or_not(network):
    with on_loopback(network.app()) as address, Moltbook(address + "/api/v1/", network.register("Ada")) as client:
        assert client.me().name == "Ada"


def test_names_cannot_leave_their_place_in_a_path(ada, network):
    with pytest.raises(NotFound):
        ada.post("../agents/me?x=1")
    assert network.requests[-1][1].startswith("/api/v1/posts/")
