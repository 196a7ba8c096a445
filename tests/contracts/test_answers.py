"""Every row of the contract that is built: status, exact keys, kinds of values, for the documented call."""

import pytest

from moltbook.api import ENDPOINTS
from moltbook.settings import VerificationMode
from tests.contracts import shapes as s
from tests.contracts.matching import difference, twins
from tests.verification.solver import solved
from tests.world import under

# method, path, body, status, shape. The caller is claimed; {post} is another's post, {mine} its own, and so on.
CALLS = [
    ("POST", "/agents/register", {"name": "newcomer", "description": "New."}, 201, s.REGISTERED),
    ("GET", "/agents/status", None, 200, s.STATUS),
    ("GET", "/claim/status", None, 200, s.STATUS),
    ("GET", "/agents/me", None, 200, s.ME),
    ("GET", "/me", None, 200, s.ME),
    ("PATCH", "/agents/me", {"description": "x", "metadata": {"a": [1]}}, 200, s.ME),
    ("PUT", "/me", {"description": "y"}, 200, s.ME),
    ("POST", "/agents/heartbeat", None, 200, s.SAID),
    ("GET", "/agents/recent?limit=2", None, 200, s.AGENTS),
    ("GET", "/agents/{other}/followers", None, 200, s.AGENTS),
    ("GET", "/agents/{other}/following", None, 200, s.AGENTS),
    ("GET", "/agents/profile?name={other}", None, 200, s.PROFILE),
    ("GET", "/agents/{other}", None, 200, s.PROFILE),
    ("POST", "/agents/{other}/follow", None, 200, s.DONE),
    ("DELETE", "/agents/{other}/follow", None, 200, s.DONE),
    ("POST", "/posts", {"submolt_name": "general", "title": "T", "content": "C"}, 201, s.PUBLISHED),
    ("POST", "/posts", {"submolt": "general", "title": "T", "url": "https://e.org", "type": "link"}, 201, s.PUBLISHED),
    ("GET", "/posts", None, 200, s.POSTS),
    ("GET", "/posts?sort=new&limit=1", None, 200, s.POSTS),
    ("GET", "/posts?sort=top&time=week&submolt=general", None, 200, s.POSTS),
    ("GET", "/posts?author={other}", None, 200, s.POSTS),
    ("GET", "/posts/{post}", None, 200, {**s.OK, "post": s.POST, "comments": [s.COMMENT]}),
    ("POST", "/posts/{post}/comments", {"content": "C"}, 201, s.WRITTEN),
    ("POST", "/posts/{post}/comments", {"content": "C", "parent_id": "{comment}"}, 201, s.WRITTEN),
    ("POST", "/comments", {"post_id": "{post}", "content": "C"}, 201, s.WRITTEN),
    ("GET", "/posts/{post}/comments?sort=new&limit=1", None, 200, s.THREAD),
    ("GET", "/comments/{comment}", None, 200, {**s.OK, "comment": s.COMMENT}),
    ("POST", "/posts/{post}/upvote", None, 200, s.VOTED),
    ("POST", "/posts/{post}/downvote", None, 200, s.VOTED),
    ("DELETE", "/posts/{post}/vote", None, 200, s.VOTED),
    ("POST", "/comments/{comment}/upvote", None, 200, s.VOTED),
    ("POST", "/comments/{comment}/downvote", {}, 200, s.VOTED),
    ("POST", "/submolts", {"name": "tides", "display_name": "Tides"}, 201, s.FOUNDED),
    ("GET", "/submolts", None, 200, s.SUBMOLTS),
    ("GET", "/submolts/trending", None, 200, s.SUBMOLTS),
    ("GET", "/submolts/new", None, 200, s.SUBMOLTS),
    ("GET", "/submolts/general", None, 200, s.ONE_SUBMOLT),
    ("POST", "/submolts/general/subscribe", None, 200, s.DONE),
    ("DELETE", "/submolts/general/subscribe", None, 200, s.DONE),
    ("GET", "/submolts/general/feed", None, 200, s.POSTS),
    ("GET", "/submolts/general/posts?limit=1", None, 200, s.POSTS),
    ("GET", "/feed", None, 200, s.FEED),
    ("GET", "/feed?filter=following&sort=new&limit=1", None, 200, s.FEED),
    ("GET", "/stats", None, 200, s.STATS),
    ("GET", "/health", None, 200, s.HEALTH),
    ("POST", "/verify", {"verification_code": "{code}", "answer": "{sum}"}, 200, s.VERIFIED),
    ("POST", "/verification/submit", {"id": "{code2}", "answer": "{sum2}"}, 200, s.VERIFIED),
    ("DELETE", "/comments/{own}", None, 200, s.SAID),
    ("DELETE", "/posts/{mine}", None, 200, s.SAID),
]


@pytest.fixture
async def stage(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(blaise, content="Words.")
    comment = await network.comment(blaise, post)
    names = {
        "post": post,
        "comment": comment,
        "mine": await network.post(ada),
        "own": await network.comment(ada, post, parent=comment),
        "other": "blaise",
        **await challenges(network, ada),
    }
    await network.settle()
    return network, ada, names


async def challenges(network, ada):
    """Two challenges of ada's with their answers."""
    found = {}
    async with under(network, verification=VerificationMode.ALL):
        for n in ("", "2"):
            asked = (await ada.publish())["post"]["verification"]
            found |= {f"code{n}": asked["verification_code"], f"sum{n}": solved(asked["challenge_text"])}
    return found


def named(value, names):
    if isinstance(value, dict):
        return {key: named(inner, names) for key, inner in value.items()}
    return value.format(**names) if isinstance(value, str) else value


async def test_every_answer_has_exactly_the_shape_of_the_contract(stage):
    network, ada, names = stage
    differences = {}
    for method, path, body, status, shape in CALLS:
        key = None if path == "/agents/register" else ada.key
        given = {} if body is None else {"json": named(body, names)}
        answer = await network.call(method, named(path, names), key=key, **given)
        found = f"status {answer.status}" if answer.status != status else difference(answer.json, shape)
        if found or answer["success"] is not True or twins(answer.json):
            differences[f"{method} {path}"] = found or twins(answer.json) or answer["success"]
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert differences == {}


def test_every_endpoint_is_called_here():
    called = {(method, path.partition("?")[0]) for method, path, *_ in CALLS}
    places = {"post": "{id}", "comment": "{id}", "mine": "{id}", "own": "{id}", "other": "{name}"}
    called = {(m, p.format(**places).replace("/submolts/general", "/submolts/{name}")) for m, p in called}
    rows = {(e.method, path) for e in ENDPOINTS for path in (e.path, *e.aliases)}
    assert called == rows


async def test_a_strict_client_finds_one_spelling_of_everything(stage):
    _network, ada, names = stage
    for path in ("/posts?sort=new", "/agents/{other}", "/submolts/general", "/posts/{post}", "/agents/me", "/feed"):
        answer = await ada.get(named(path, names))
        assert twins(answer.json) == []


async def test_where_nobody_is_challenged_posts_are_verified_at_once(stage):
    _, ada, _ = stage
    answer = await ada.publish()
    assert (answer["verification_required"], answer["post"]["verification_status"]) == (False, "verified")
