"""Refusals: one superset that clients of every era can read, and who may call what."""

import asyncio

from moltbook.db.embedded import EmbeddedServer
from moltbook.db.migrate import upgrade
from tests.contracts.matching import difference
from tests.contracts.shapes import REFUSAL
from tests.world import open_network

NOBODY = "01890000-0000-7000-8000-000000000000"


def ensure_refusal(answer, status, code, path):
    body = answer.json
    more = {"errors", "retry_after_seconds", "retryAfter", "remaining", "reset_at", "limit", "retry_after_minutes"}
    assert difference({k: v for k, v in body.items() if k not in more}, REFUSAL) == ""
    assert (answer.status, body["statusCode"], body["success"]) == (status, status, False)
    assert body["code"] == code
    assert body["error"] == body["message"] != ""
    assert body["hint"].endswith(".")
    assert body["path"] == f"/api/v1{path}"
    assert answer.headers["content-type"] == "application/json"


async def test_an_address_that_is_not_there_and_a_method_that_is_not_possible(network):
    for path in ("/nowhere", "/posts/a/b/c/d", "/", "/posts//upvote", "/agents/ada/nothing"):
        ensure_refusal(await network.call("GET", path), 404, "NOT_FOUND", path)
    for method, path in (("DELETE", "/posts"), ("PUT", "/agents/me"), ("GET", "/posts/x/upvote"), ("TRACE", "/feed")):
        answer = await network.call(method, path)
        ensure_refusal(answer, 405, "METHOD_NOT_ALLOWED", path)
        assert "Use " in answer["hint"]


async def test_head_is_get_without_a_body(network):
    ada = await network.agent("ada")
    for path in ("/posts", "/posts?sort=new&limit=1", "/submolts/general", "/health", "/posts/no-uuid", "/nowhere"):
        get, head = await network.call("GET", path), await network.call("HEAD", path)
        assert (head.status, head.body) == (get.status, b"")
        assert head.headers["content-length"] == get.headers["content-length"]
    assert (await network.call("HEAD", "/agents/me", key=ada.key)).status == 200


WRONG_PROOFS = [
    {"authorization": "moltbook_sk_bare"}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer"},
    {"authorization": "Bearer  "}, {"authorization": ""}, {"x-api-key": "wrong"}, {"x-api-key": "é" * 60},
    {"authorization": "Bearer " + "x" * 60_000}, {"authorization": "Bearer moltbook_sk_" + "é" * 49},
    {"authorization": "Bearer a b"},
]  # fmt: skip


async def test_a_wrong_way_to_prove_oneself_is_401_also_where_anybody_may_read(network):
    for headers in WRONG_PROOFS:
        for path in ("/agents/me", "/posts?limit=1"):
            answer = await network.call("GET", path, headers=headers)
            ensure_refusal(answer, 401, "UNAUTHORIZED", path.partition("?")[0])


async def test_a_scheme_is_read_in_any_case_and_an_empty_api_key_is_none(network):
    ada = await network.agent("ada")
    assert (await network.call("GET", "/agents/me", headers={"authorization": f"bEARER {ada.key} "})).status == 200
    assert (await network.call("GET", "/posts", headers={"x-api-key": ""})).status == 200


async def test_a_validation_failure_names_the_field(network):
    answer = await network.call("POST", "/agents/register", json={"name": 7})
    assert answer.status == 400
    assert answer["errors"] == [{"field": "name", "message": answer["error"]}]
    assert "`str`" in answer["error"]
    ada = await network.agent("ada")
    post = await network.post(ada)
    for path, body, field in (
        ("/posts", {"submolt_name": "general"}, "title"),
        ("/posts", {"submolt_name": "general", "title": " "}, "title"),
        ("/posts", {"submolt_name": "general", "title": "x" * 301}, "title"),
        ("/posts", {"submolt_name": "general", "title": "T", "content": "x" * 40_001}, "content"),
        ("/posts", {"title": "T"}, "submolt_name"),
        (f"/posts/{post}/comments", {"content": " "}, "content"),
        ("/batch", {"acts": [{"method": "GET"}]}, "acts[0].path"),
        ("/batch", [], "body"),
    ):
        answer = await ada.call("POST", path, body)
        assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR")
        assert answer["errors"] == [{"field": field, "message": answer["error"]}]


async def test_a_full_queue_is_503_at_once(found):
    async with found(queue_acts=3) as network:
        ada = await network.agent("ada")
        answers = await network.together(30, ada.publish)
        refused = [answer for answer in answers if answer.status != 201]
        assert refused
        for answer in refused:
            ensure_refusal(answer, 503, "UNAVAILABLE", "/posts")
            assert answer.headers["retry-after"] == "1"
        assert await network.value("SELECT count(*) FROM posts") == 30 - len(refused)
        assert (await ada.publish()).status == 201


async def test_a_database_that_is_away_is_503_and_never_401(tmp_path):
    server = EmbeddedServer(tmp_path / "data", extra_settings={"fsync": "off", "shared_buffers": "32MB"})
    try:
        dsn = await asyncio.to_thread(server.start)
        await upgrade(dsn)
        async with open_network(dsn, tmp_path / "data") as network:
            ada, blaise = await network.agents("ada", "blaise")
            assert (await ada.get("/agents/me")).status == 200
            await asyncio.to_thread(server.stop)
            for _ in range(4):
                for answer in (
                    await ada.get("/agents/me"),
                    await blaise.get("/agents/me"),
                    await ada.publish(),
                    await ada.upvote(NOBODY),
                    await network.call("GET", "/posts?sort=new&limit=3"),
                    await network.call("GET", "/health"),
                    await network.call("POST", "/agents/register", json={"name": "carl"}),
                ):
                    assert (answer.status, answer["code"]) == (503, "UNAVAILABLE"), answer.body
                    assert answer.headers["retry-after"]
            await asyncio.to_thread(server.start)
            assert (await blaise.get("/agents/me")).status == 200
            assert (await ada.publish()).status == 201
    finally:
        await asyncio.to_thread(server.stop)
