"""An agent's webhooks: making, narrowing, changing, trying and ending them, and who may."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from moltbook.api import ENDPOINTS
from moltbook.gateway import filters
from moltbook.house import Fault, Group
from moltbook.kernel.ids import AgentId
from moltbook.webhooks import BACK_OFF, DisableWebhook, OffBecause, Only
from tests.house.sources import ROOT
from tests.webhooks.receiver import answer, receiving

URL = "https://receiver.example/hook"
NOBODY = "01890000-0000-7000-8000-000000000000"
KEYS = {
    "id", "url", "groups", "submolt", "agent", "thread", "room", "only", "created_at", "secret_rotated_at", "is_on",
    "off_at", "off_because", "seq", "attempts", "next_attempt_at", "failing_since", "last_status", "last_error",
    "last_delivered_at", "failures",
}  # fmt: skip


async def made(member, url=URL, **filters):
    answer = await member.call("POST", "/webhooks", {"url": url, **filters})
    assert answer.status == 201, answer.body
    return answer["webhook"]


async def test_a_webhook_is_made_shown_changed_and_removed(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(blaise)
    wish = {"url": f" {URL} ", "groups": ["votes", "posts", "posts"], "submolt": "General", "agent": "blaise",
            "thread": post.upper(), "room": NOBODY, "only": "mine"}  # fmt: skip
    told = await ada.call("POST", "/webhooks", wish)
    assert told.status == 201
    assert set(told.json) == {"success", "message", "secret", "important", "webhook"}
    assert told["secret"].startswith("whsec_")
    hook = told["webhook"]
    assert set(hook) == KEYS
    shown = {name: hook[name] for name in ("url", "groups", "submolt", "agent", "thread", "room", "only")}
    assert shown == {"url": URL, "groups": ["posts", "votes"], "submolt": "general", "agent": "blaise", "thread": post,
                     "room": NOBODY, "only": "mine"}  # fmt: skip
    assert (hook["is_on"], hook["attempts"], hook["failures"]) == (True, 0, 0)
    assert hook["seq"] == await network.value("SELECT seq FROM log_head") - 1
    path = f"/webhooks/{hook['id']}"
    assert (await ada.get(path))["webhook"] == hook
    assert (await ada.get("/webhooks")).json == {"success": True, "webhooks": [hook], "count": 1, "most": 5}
    changed = await ada.call("PATCH", path, {"url": f"{URL}/2", "groups": [], "submolt": "", "only": "", "post": ""})
    assert changed["webhook"] == {
        **hook,
        "url": f"{URL}/2",
        "groups": [],
        "submolt": None,
        "only": None,
        "thread": None,
    }
    assert (await ada.call("PATCH", path, {})).status == 200
    assert (await ada.call("DELETE", path)).status == 200
    for method in ("GET", "PATCH", "DELETE"):
        assert (await ada.call(method, path, {})).status == 404
    kinds = ("webhook.added", "webhook.changed", "webhook.removed")
    bodies = await network.events(*kinds)
    assert [body.pop("kind") for body in bodies] == [kinds[0], kinds[1], kinds[1], kinds[2]]
    assert bodies == [{"agent_id": ada.id, "webhook_id": hook["id"]}] * 4
    assert (await ada.get("/webhooks"))["count"] == 0


async def test_an_agent_has_five_webhooks_at_most_however_many_it_asks_for_at_once(network, other_committer):
    ada = await network.agent("ada")
    first = (await made(ada))["id"]
    answers = await network.together(12, lambda: ada.call("POST", "/webhooks", {"url": URL}))
    assert sorted(a.status for a in answers) == [201] * 4 + [409] * 8
    assert {a["code"] for a in answers if a.status == 409} == {"WEBHOOKS_FULL"}
    gone = await network.together(5, lambda: ada.call("DELETE", f"/webhooks/{first}"))
    assert sorted(a.status for a in gone) == [200, 404, 404, 404, 404]
    answers = await network.together(3, lambda: ada.call("POST", "/webhooks", {"url": URL}))
    assert sorted(a.status for a in answers) == [201, 409, 409]
    assert await network.value("SELECT held FROM webhook_counts") == (await ada.get("/webhooks"))["count"] == 5


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "url"), ({"url": 7}, 400, "url"), ({"url": "http://example.org/"}, 400, "url"),
        ({"url": "https://127.0.0.1/"}, 400, "url"), ({"url": "https://[::1]/"}, 400, "url"),
        ({"url": "https://2130706433/"}, 400, "url"), ({"url": "https://a:b@example.org/"}, 400, "url"),
        ({"url": "https://e.org/?k=sk-ant-Q2mXv9LkPz4RtB8wY3sD6f"}, 400, "url"),
        ({"url": URL, "groups": ["nonsense"]}, 400, "groups[0]"), ({"url": URL, "groups": "posts"}, 400, "groups"),
        ({"url": URL, "only": "yours"}, 400, "only"), ({"url": URL, "submolt": "nowhere"}, 404, None),
        ({"url": URL, "agent": "nobody"}, 404, None), ({"url": URL, "thread": NOBODY}, 404, None),
        ({"url": URL, "post": "no-id"}, 400, None), ({"url": URL, "room": "no-id"}, 400, None),
    ],
)  # fmt: skip
async def test_what_no_webhook_can_be_is_refused(network, body, status, field):
    ada = await network.agent("ada")
    hook = (await made(ada))["id"]
    for method, path in (("POST", "/webhooks"), ("PATCH", f"/webhooks/{hook}")):
        if method == "PATCH" and not body:
            continue
        answer = await ada.call(method, path, body)
        assert answer.status == status, answer.body
        assert answer["hint"]
        if field is not None:
            assert [error["field"] for error in answer["errors"]] == [field]
    assert (await ada.get("/webhooks"))["count"] == 1


async def test_only_a_key_that_opens_everything_sees_or_makes_webhooks(network):
    ada, blaise = await network.agents("ada", "blaise")
    hook = (await made(ada))["id"]
    issued = await ada.call("POST", "/agents/me/keys", {"name": "narrow", "scopes": ["read", "post"]})
    for method, path in (("GET", ""), ("POST", ""), ("GET", f"/{hook}"), ("POST", f"/{hook}/rotate")):
        answer = await network.call(method, f"/webhooks{path}", key=issued["api_key"], json={"url": URL})
        assert (answer.status, answer["code"]) == (403, "FORBIDDEN_SCOPE")
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/rotate"), ("POST", "/test"), ("GET", "/failures")):
        assert (await blaise.call(method, f"/webhooks/{hook}{path}", {})).status == 404


async def test_the_secret_is_told_once_and_stored_nowhere(network):
    ada = await network.agent("ada")
    told = await ada.call("POST", "/webhooks", {"url": URL}, idempotency_key="once")
    path = f"/webhooks/{told['webhook']['id']}"
    rotated = await ada.call("POST", f"{path}/rotate", idempotency_key="twice")
    assert set(rotated.json) == {"success", "message", "secret", "important", "webhook"}
    secrets = [told["secret"], rotated["secret"]]
    assert len(set(secrets)) == 2
    found = [await network.rows(f"SELECT t::text FROM {name} t") for name in ("webhooks", "repeats", "events")]
    rows = str(found)
    shown = (await ada.get(path)).body.decode()
    for secret in secrets:
        assert secret not in rows + shown
        assert secret.removeprefix("whsec_") not in rows + shown


async def test_a_repeat_is_told_the_same_secret_and_makes_and_rotates_nothing(found):
    async with found(webhooks_private=True) as network, receiving() as receiver:
        network.clock.now = datetime.now(UTC)
        ada, blaise = await network.agents("ada", "blaise")
        body = {"url": receiver.url}
        made, *others = await network.together(
            5, lambda: ada.call("POST", "/webhooks", body, idempotency_key="make it")
        )
        assert [one.json for one in others] == [made.json] * 4
        assert (await ada.get("/webhooks"))["count"] == 1
        path = f"/webhooks/{made['webhook']['id']}"
        rotated, *others = await network.together(
            5, lambda: ada.call("POST", f"{path}/rotate", idempotency_key="rotate it")
        )
        assert [one.json for one in others] == [rotated.json] * 4
        await ada.call("POST", f"{path}/test")
        got = await receiver.next()
        got.verified(made["secret"])
        got.verified(rotated["secret"])
        # Later ones take nothing back: each is told what it was told.
        newest = await ada.call("POST", f"{path}/rotate", idempotency_key="once more")
        for key, where, first in (("make it", "/webhooks", made), ("rotate it", f"{path}/rotate", rotated)):
            again = await ada.call("POST", where, body if first is made else None, idempotency_key=key)
            assert (again.status, again.headers["idempotency-replayed"]) == (first.status, "true")
            assert (again["secret"], again["message"]) == (first["secret"], first["message"])
        assert len({made["secret"], rotated["secret"], newest["secret"]}) == 3
        kept = {answer for (answer,) in await network.rows("SELECT answer FROM repeats")}
        assert kept == {f'{{"webhook_id":"{made["webhook"]["id"]}","generation":{n}}}' for n in (1, 2, 3)}
        other = await blaise.call("POST", f"{path}/rotate", idempotency_key="rotate it")
        assert other.status == 404
        assert (await ada.call("DELETE", path)).status == 200
        assert (await ada.call("POST", f"{path}/rotate", idempotency_key="rotate it")).status == 404


async def test_a_trial_arrives_signed_and_for_a_day_by_both_secrets(found):
    async with found(webhooks_private=True) as network, receiving() as receiver:
        network.clock.now = datetime.now(UTC)
        ada = await network.agent("ada")
        told = await ada.call("POST", "/webhooks", {"url": receiver.url})
        path = f"/webhooks/{told['webhook']['id']}"
        receiver.script += [answer(200), answer(200), answer(503), answer(200)]
        trial = await ada.call("POST", f"{path}/test")
        got = await receiver.next()
        assert trial.json == {"success": True, "delivered": True, "status": 200, "error": None,
                              "message_id": got.headers["webhook-id"]}  # fmt: skip
        assert set(got.json) == {"kind", "seq", "at", "agent_id", "webhook_id"}
        assert (got.json["kind"], got.json["seq"]) == ("webhook.test", network.house.log.head)
        assert got.headers["content-type"] == "application/json"
        got.verified(told["secret"])
        new = (await ada.call("POST", f"{path}/rotate"))["secret"]
        await ada.call("POST", f"{path}/test")
        got = await receiver.next()
        got.verified(told["secret"])
        got.verified(new)
        failed = await ada.call("POST", f"{path}/test")
        assert (failed.status, failed["delivered"], failed["error"]) == (200, False, "status")
        await receiver.next()
        # Seen from a day later the first secret is one of somebody else's.
        await network.house.pool.execute("UPDATE webhooks SET rotated_at = rotated_at - interval '24 hours'")
        await ada.call("POST", f"{path}/test")
        got = await receiver.next()
        got.verified(new)
        with pytest.raises(Exception, match="No matching signature"):
            got.verified(told["secret"])


async def test_a_webhook_goes_with_its_agent_and_is_named_in_its_export(network):
    ada = await network.agent("ada")
    hook = await made(ada, groups=["posts"], submolt="general")
    (exported,) = (await ada.get("/agents/me/export"))["webhooks"]
    assert exported == {name: hook[name] for name in exported}
    assert set(exported) == {
        "id",
        "url",
        "groups",
        "submolt",
        "agent",
        "thread",
        "room",
        "only",
        "created_at",
        "off_at",
    }
    asked = [ada.call("DELETE", "/agents/me", {"confirm": "ada"}), *(made_or_not(ada) for _ in range(4))]
    left, *_ = await asyncio.gather(*asked)
    assert left.status == 200
    assert await network.value("SELECT count(*) FROM webhooks") == 0
    assert await network.value("SELECT sum(held) FROM webhook_counts") == 0


async def made_or_not(member):
    return await member.call("POST", "/webhooks", {"url": URL})


async def test_what_was_found_before_its_owner_began_anew_turns_nothing_off(network):
    ada = await network.agent("ada")
    hook = (await made(ada))["id"]
    spare = (await ada.call("POST", "/agents/me/keys", {"name": "spare"})).json
    enabled = await network.call("POST", f"/webhooks/{hook}/enable", key=spare["api_key"])
    assert (enabled.status, enabled["webhook"]["is_on"]) == (200, True)
    assert await network.value("SELECT key_id FROM webhooks") == spare["key"]["id"]
    off = [DisableWebhook(AgentId(ada.id), hook, OffBecause.FAILING, epoch) for epoch in (0, 1, 1)]
    for act, is_on in zip(off, (True, False, False), strict=True):
        await network.house.committer.do(act)
        assert (await ada.get(f"/webhooks/{hook}"))["webhook"]["is_on"] is is_on
    assert len(await network.events("webhook.disabled")) == 1


def test_wishes_are_those_of_the_stream():
    assert {str(only) for only in Only if only} == set(map(str, filters.Only))


def test_the_reference_says_what_can_go_wrong_and_when_it_is_tried_again():
    page = (ROOT / "docs/reference/webhooks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|", page, re.MULTILINE)
    told = {word for row in rows for word in re.findall("[a-z_]+", row)}
    assert told >= {fault for fault in Fault if fault} | {reason for reason in OffBecause if reason}
    assert set(re.findall("`([a-z]+)`", page)) >= {*Group}
    assert [wait.total_seconds() for wait in BACK_OFF] == [5, 30, 120, 600, 3600, 21_600]
    assert "5 s, 30 s, 2 min, 10 min, 1 h and 6 h" in page
    for e in ENDPOINTS:
        if e.path.startswith("/webhooks/"):
            assert f"`{e.method} {e.path.replace('{id}', 'ID')}`" in page, e.path
