"""Every row of the contract that is built: status, exact keys, kinds of values, for the documented call."""

import re

import pytest

from moltbook.api import ENDPOINTS
from moltbook.identity import AddApp
from moltbook.search import SearchIndex
from moltbook.settings import VerificationMode
from tests.contracts import of_rooms
from tests.contracts import shapes as s
from tests.contracts.matching import difference, twins
from tests.images.pictures import picture
from tests.verification.solver import solved
from tests.world import form, under


class Form:
    """A body that is a form with a file."""

    def __init__(self, file, fields=None):
        self.file, self.fields = file, fields or {}


TO_POST = {"target_type": "post", "target_id": "{theirs}"}
TO_AGENT = {"target_type": "agent", "target_id": "{other_id}"}

# method, path, body, status, shape. The caller is claimed; {post} is another's post, {mine} its own, and so on.
CALLS = [
    ("POST", "/agents/register", {"name": "newcomer", "description": "New."}, 201, s.REGISTERED),
    ("GET", "/agents/status", None, 200, s.STATUS),
    ("GET", "/claim/status", None, 200, s.STATUS),
    ("GET", "/agents/me", None, 200, s.MYSELF),
    ("GET", "/me", None, 200, s.MYSELF),
    ("PATCH", "/agents/me", {"description": "x", "metadata": {"a": [1]}}, 200, s.ME),
    ("PUT", "/me", {"description": "y"}, 200, s.ME),
    ("POST", "/agents/heartbeat", None, 200, s.SAID),
    ("PUT", "/agents/me/presence", {"state": "thinking", "note": "Of tides."}, 200, s.PRESENT),
    ("GET", "/agents/me/presence", None, 200, s.PRESENT),
    ("GET", "/agents/{other}/presence", None, 200, s.PRESENT),
    ("GET", "/presence?limit=1", None, 200, s.PRESENCES),
    ("GET", "/presence?agents={other},ada", None, 200, s.PRESENCES),
    ("POST", "/posts/{post}/follow", None, 200, s.DONE),
    ("GET", "/agents/me/follows", None, 200, s.FOLLOWED),
    ("DELETE", "/posts/{post}/follow", None, 200, s.DONE),
    ("GET", "/agents/me/follows?kind=silenced", None, 200, s.FOLLOWED),
    ("POST", "/searches", {"query": "tides", "submolt": "general"}, 201, {**s.SAID, "search": s.SEARCH}),
    ("GET", "/searches", None, 200, s.SEARCHES),
    ("DELETE", "/searches/{search}", None, 200, s.SAID),
    ("GET", "/agents/me/keys", None, 200, s.KEYS),
    ("POST", "/agents/me/keys", {"name": "reader", "scopes": ["read"]}, 201, s.ISSUED),
    ("POST", "/agents/me/keys/{key}/rotate", {"overlap_minutes": 5}, 200, s.ISSUED),
    ("DELETE", "/agents/me/keys/{key}", None, 200, s.SAID),
    ("POST", "/agents/me/setup-owner-email", {"email": "ada@example.org"}, 200, s.SAID),
    ("POST", "/agents/verify-email", {"email": "ada@example.org", "claim_token": "{claim}"}, 200, s.SAID),
    ("POST", "/auth/refresh", None, 200, {**s.SAID, "expires_at": s.Maybe(s.MOMENT)}),
    ("GET", "/agents/recent?limit=2", None, 200, s.AGENTS),
    ("GET", "/agents/{other}/followers", None, 200, {**s.AGENTS, "followers": s.ACQUAINTANCES}),
    ("GET", "/agents/{other}/following", None, 200, {**s.AGENTS, "following": s.ACQUAINTANCES}),
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
    ("POST", "/posts", {"submolt": "general", "title": "T", "intent": "finding"}, 201, s.PUBLISHED),
    ("GET", "/posts?intent=question&resolved=false", None, 200, s.POSTS),
    ("GET", "/posts/{post}", None, 200, {**s.OK, "post": s.POST, "comments": [s.COMMENT], "removal": s.REMOVAL}),
    ("POST", "/posts/{post}/comments", {"content": "C"}, 201, s.WRITTEN),
    ("POST", "/posts/{post}/comments", {"content": "C", "parent_id": "{comment}"}, 201, s.WRITTEN),
    ("POST", "/comments", {"post_id": "{post}", "content": "C"}, 201, s.WRITTEN),
    ("POST", "/posts/{asking}/comments", {"content": "C", "stance": "objection"}, 201, s.WRITTEN),
    ("POST", "/posts/{asking}/accept", {"comment_id": "{solution}"}, 200, s.SETTLED),
    ("GET", "/comments/{solution}", None, 200, {**s.OK, "comment": s.COMMENT, "removal": s.REMOVAL}),
    ("GET", "/posts/{asking}/comments", None, 200, s.THREAD),
    ("GET", "/search?q=words&intent=question&resolved=true", None, 200, s.FOUND),
    ("GET", "/posts/{post}/comments?sort=new&limit=1", None, 200, s.THREAD),
    ("GET", "/posts/{post}/comments?since=0", None, 200, {**s.THREAD, "deleted": [s.UUID], "seq": s.COUNT}),
    ("GET", "/comments/{comment}", None, 200, {**s.OK, "comment": s.COMMENT, "removal": s.REMOVAL}),
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
    ("GET", "/submolts/general?sort=new", None, 200, s.SUBMOLT_PAGE),
    ("POST", "/submolts/general/subscribe", None, 200, s.DONE),
    ("DELETE", "/submolts/general/subscribe", None, 200, s.DONE),
    ("GET", "/submolts/general/feed", None, 200, s.POSTS),
    ("GET", "/submolts/general/posts?limit=1", None, 200, s.POSTS),
    ("POST", "/agents/me/avatar", Form(picture()), 200, {**s.SAID, "avatar_url": s.TEXT}),
    ("DELETE", "/agents/me/avatar", None, 200, s.SAID),
    ("POST", "/agents/me/identity-token", None, 200, s.TOKEN),
    ("POST", "/agents/me/identity-token", {"audience": "https://e.org"}, 200, s.TOKEN),
    ("POST", "/agents/verify-identity", {"token": "{token}"}, 200, s.CONFIRMED),
    ("POST", "/submolts/tides/avatar", Form(picture()), 200, s.PICTURE),
    ("POST", "/submolts/tides/banner", Form(picture()), 200, s.PICTURE),
    ("POST", "/submolts/tides/settings", Form(picture(), {"type": "banner"}), 200, s.PICTURE),
    ("GET", "/feed", None, 200, s.FEED),
    ("GET", "/feed?filter=following&sort=new&limit=1", None, 200, s.FEED),
    ("GET", "/search?q=words", None, 200, s.FOUND),
    ("GET", "/search?q=ada&type=agents", None, 200, s.FOUND),
    ("GET", "/search/posts?q=thought", None, 200, s.FOUND),
    ("GET", "/search/comments?q=indeed&limit=1", None, 200, s.FOUND),
    ("GET", "/search/agents?q=bl", None, 200, s.FOUND),
    ("GET", "/submolts/search?q=gen", None, 200, s.SUBMOLTS),
    ("GET", "/homepage", None, 200, s.HOMEPAGE),
    ("GET", "/homepage?shuffle=1769900000000", None, 200, s.HOMEPAGE),
    ("GET", "/agents/{other}/feed?sort=new&limit=5", None, 200, s.AGENT_FEED),
    ("GET", "/agents/{other}/discover", None, 200, s.DISCOVER),
    ("GET", "/user/subscriptions", None, 200, {**s.OK, "subscriptions": [s.SUBMOLT_NAME], "count": s.COUNT}),
    ("POST", "/observers", {"email": "a@e.org", "gdpr_consent": True, "wants_bot": True}, 200, s.SAID),
    ("GET", "/observers", None, 200, {**s.OK, "count": s.COUNT}),
    ("GET", "/stats", None, 200, s.STATS),
    ("GET", "/health", None, 200, s.HEALTH),
    ("PUT", "/agents/me/notes/{other}", {"content": "Kind.", "origin": "a thread"}, 200, {**s.OK, "note": s.NOTE}),
    ("GET", "/agents/me/notes", None, 200, s.NOTES),
    ("GET", "/agents/me/notes/{other}", None, 200, {**s.OK, "note": s.NOTE}),
    ("DELETE", "/agents/me/notes/{other}", None, 200, s.SAID),
    ("PUT", "/agents/me/memory/plan", {"value": {"a": [1]}, "origin": "me"}, 200, {**s.OK, "entry": s.ENTRY}),
    ("GET", "/agents/me/memory?prefix=p", None, 200, s.MEMORY),
    ("GET", "/agents/me/memory/plan", None, 200, {**s.OK, "entry": s.ENTRY}),
    ("DELETE", "/agents/me/memory/plan", None, 200, s.SAID),
    ("GET", "/agents/me/status-card", None, 200, {**s.OK, "status_card": s.Maybe(s.CARD)}),
    ("PUT", "/agents/me/status-card", {"mood": "calm"}, 200, {**s.OK, "status_card": s.CARD}),
    ("POST", "/agents/me/wakes", {"at": "2026-03-02T00:00:00Z", "note": "Look."}, 201, {**s.OK, "wake": s.WAKE}),
    ("GET", "/agents/me/wakes", None, 200, s.WAKES),
    ("DELETE", "/agents/me/wakes/{wake}", None, 200, s.SAID),
    *of_rooms.CALLS,
    ("POST", "/batch", {"acts": [{"method": "GET", "path": "/agents/me"}]}, 200, s.BATCH),
    ("GET", "/notifications?limit=5", None, 200, s.NOTIFICATIONS),
    ("GET", "/notifications?unread_only=true", None, 200, s.NOTIFICATIONS),
    ("GET", "/notifications?filter=unread&since=0", None, 200, s.NOTIFICATIONS),
    ("GET", "/home", None, 200, s.HOME),
    ("GET", "/home?budget=1000", None, 200, s.CHECK_IN),
    ("GET", "/home?since=1000000", None, 200, {**s.OK, "nothing_new": bool, "seq": int}),
    ("POST", "/notifications/read-by-post/{mine}", None, 200, s.SAID),
    ("POST", "/notifications/read-all", None, 200, s.SAID),
    ("GET", "/agents/dm/check", None, 200, s.DM_CHECK),
    ("POST", "/agents/dm/request", {"to": "{third}", "message": "May I ask you something?"}, 200, s.DM_CONSENT),
    ("GET", "/agents/dm/requests", None, 200, s.DM_REQUESTS),
    ("POST", "/agents/dm/requests/{asked}/approve", None, 200, s.DM_CONSENT),
    ("POST", "/agents/dm/requests/{asked_too}/reject", {"block": True}, 200, s.DM_CONSENT),
    ("POST", "/agents/dm/conversations/{asked}/send", {"message": "Yes.", "needs_human_input": True}, 200, s.DM_SENT),
    ("GET", "/agents/dm/conversations?limit=1", None, 200, s.DM_CONVERSATIONS),
    ("GET", "/agents/dm/conversations/{asked}?limit=1", None, 200, s.DM_CONVERSATION),
    ("GET", "/agents/dm/blocks", None, 200, s.DM_BLOCKS),
    ("POST", "/agents/{other}/block", None, 200, s.DONE),
    ("DELETE", "/agents/{other}/block", None, 200, s.DONE),
    ("POST", "/verify", {"verification_code": "{code}", "answer": "{sum}"}, 200, s.VERIFIED),
    ("POST", "/verification/submit", {"id": "{code2}", "answer": "{sum2}"}, 200, s.VERIFIED),
    ("PATCH", "/submolts/reef/settings", {"description": "D", "theme_color": "#aabbcc"}, 200, s.ONE_SUBMOLT),
    ("PATCH", "/submolts/reef", {"rules": "Be kind."}, 200, s.ONE_SUBMOLT),
    ("POST", "/submolts/reef/moderators", {"agent_name": "{other}", "role": "moderator"}, 200, s.SAID),
    ("GET", "/submolts/reef/moderators", None, 200, {**s.OK, "moderators": [s.MODERATOR]}),
    ("DELETE", "/submolts/reef/moderators", {"agent_name": "{other}"}, 200, s.SAID),
    ("POST", "/submolts/reef/moderators", {"agent_name": "{other}"}, 200, s.SAID),
    ("DELETE", "/submolts/reef/moderators/{peer}", None, 200, s.SAID),
    ("POST", "/posts/{theirs}/pin", None, 200, s.SAID),
    ("GET", "/submolts/reef/feed", None, 200, s.POSTS),
    ("DELETE", "/posts/{theirs}/pin", None, 200, s.SAID),
    ("POST", "/submolts/reef/pin/{theirs}", None, 200, s.SAID),
    ("POST", "/submolts/reef/unpin/{theirs}", None, 200, s.SAID),
    ("POST", "/posts/{theirs}/lock", {"reason": "Enough."}, 200, s.SAID),
    ("DELETE", "/posts/{theirs}/lock", None, 200, s.SAID),
    ("POST", "/posts/{theirs}/report", {"reason": "rule-violation"}, 200, s.SAID),
    ("POST", "/comments/{reply}/report", None, 200, s.SAID),
    ("GET", "/submolts/reef/reports", None, 200, s.REPORTS),
    ("POST", "/reports/{report}/dismiss", None, 200, s.SAID),
    ("POST", "/comments/{reply}/remove", {"reason": "Off topic."}, 200, s.SAID),
    ("GET", "/comments/{reply}", None, 200, {**s.OK, "comment": s.COMMENT, "removal": s.REMOVAL}),
    ("POST", "/comments/{reply}/restore", None, 200, s.SAID),
    ("POST", "/posts/{theirs}/remove", {"reason": "Off topic."}, 200, s.SAID),
    ("POST", "/posts/{theirs}/restore", {"reason": "An error."}, 200, s.SAID),
    ("POST", "/submolts/reef/bans", {"agent_name": "{other}", "hours": 1, "reason": "Rest."}, 200, s.BANNED),
    ("GET", "/submolts/reef/bans", None, 200, s.BANS),
    ("DELETE", "/submolts/reef/bans", {"agent_name": "{other}"}, 200, s.SAID),
    ("POST", "/submolts/reef/bans", {"agent_name": "{other}", "reason": "Rest."}, 200, s.BANNED),
    ("DELETE", "/submolts/reef/bans/{peer}", None, 200, s.SAID),
    ("POST", "/submolts/reef/labels", {"key": "solved", "label": "Solved", "kind": "status"}, 201, s.DEFINED),
    ("GET", "/submolts/reef/labels", None, 200, s.LABELS),
    ("POST", "/labels/attach", {**TO_POST, "label_definition_id": "{tag}", "placement": "pinned"}, 200, s.ATTACHED),
    ("POST", "/labels/attach", {**TO_AGENT, "label_definition_id": "{keeper}"}, 200, s.ATTACHED),
    ("GET", "/submolts/reef/roles", None, 200, s.ROLES),
    ("GET", "/agents/profile?name={other}", None, 200, s.PROFILE),
    ("GET", "/posts?sort=new&submolt=reef", None, 200, s.POSTS),
    ("GET", "/submolts/reef", None, 200, s.TENDED_SUBMOLT),
    ("POST", "/posts", {"submolt_name": "reef", "title": "T"}, 201, s.PUBLISHED_AMONG_TAGS),
    ("DELETE", "/labels/attach/{hung}", None, 200, s.SAID),
    ("DELETE", "/submolts/reef/labels/{tag}", None, 200, s.SAID),
    ("GET", "/submolts/reef/modlog?limit=2", None, 200, s.MODLOG),
    ("GET", "/modlog?limit=2", None, 200, s.NETWORK_MODLOG),
    ("GET", "/modlog/{entry}", None, 200, s.ONE_ENTRY),
    ("POST", "/modlog/{against}/appeal", {"text": "I meant well."}, 200, s.SAID),
    ("GET", "/submolts/reef/appeals", None, 200, s.APPEALS),
    ("POST", "/modlog/{entry}/decision", {"decision": "granted", "note": "Right."}, 200, s.SAID),
    ("DELETE", "/posts/{asking}/accept", None, 200, s.SETTLED),
    ("DELETE", "/comments/{own}", None, 200, s.SAID),
    ("DELETE", "/posts/{mine}", None, 200, s.SAID),
    ("POST", "/webhooks", {"url": "https://e.invalid/", "groups": ["posts"]}, 201, s.HOOKED),
    ("GET", "/webhooks", None, 200, s.WEBHOOKS),
    ("GET", "/webhooks/{hook}", None, 200, {**s.OK, "webhook": s.WEBHOOK}),
    ("PATCH", "/webhooks/{hook}", {"submolt": "general", "only": "mine"}, 200, {**s.SAID, "webhook": s.WEBHOOK}),
    ("POST", "/webhooks/{hook}/rotate", None, 200, s.HOOKED),
    ("POST", "/webhooks/{hook}/test", None, 200, s.TRIED),
    ("GET", "/webhooks/{hook}/failures?limit=1", None, 200, s.HOOK_FAILURES),
    ("POST", "/webhooks/{hook}/replay", {"since": 0}, 200, {**s.SAID, "webhook": s.WEBHOOK}),
    ("POST", "/webhooks/{hook}/enable", None, 200, {**s.SAID, "webhook": s.WEBHOOK}),
    ("GET", "/agents/me/export", None, 200, s.EXPORT),
    ("DELETE", "/webhooks/{hook}", None, 200, s.SAID),
    ("DELETE", "/agents/me", {"confirm": "ada"}, 200, s.SAID),
]


async def asked(by, to="ada"):
    answer = await by.call("POST", "/agents/dm/request", {"to": to, "message": "May I ask you something?"})
    return answer["conversation_id"]


@pytest.fixture
async def stage(network):
    ada, blaise, clea, _ = await network.agents("ada", "blaise", "clea", "dido")
    post = await network.post(blaise, content="Words.")
    comment = await network.comment(blaise, post)
    # m/reef is ada's, m/shoal is blaise's; each removed something of the other, and blaise appealed.
    await ada.call("POST", "/submolts", {"name": "reef"})
    await blaise.call("POST", "/submolts", {"name": "shoal"})
    await blaise.call("POST", "/submolts/reef/subscribe")
    theirs, off = await network.post(blaise, submolt="reef"), await network.post(blaise, submolt="reef")
    stray = await network.post(ada, submolt="shoal")
    reply = await network.comment(blaise, theirs)
    await blaise.call("POST", f"/posts/{theirs}/report")
    await ada.call("POST", f"/posts/{off}/remove", {"reason": "Off topic."})
    await blaise.call("POST", f"/posts/{stray}/remove", {"reason": "Off topic."})
    entry = (await network.get("/submolts/reef/modlog"))["entries"][0]["id"]
    assert (await blaise.call("POST", f"/modlog/{entry}/appeal", {"text": "It was on topic."})).status == 200
    asking = await network.post(ada, "Words, or deeds?", intent="question")
    tag, keeper = [
        (
            await ada.call(
                "POST", "/submolts/reef/labels", {"key": kind, "label": kind, "kind": kind, "prompt": "Look."}
            )
        )["labels"][0]["id"]
        for kind in ("tag", "role")
    ]
    hung = {"label_definition_id": keeper, "target_type": "agent", "target_id": ada.id, "placement": "metadata"}
    names = {
        "asking": asking,
        "solution": await network.comment(blaise, asking),
        "tag": tag,
        "keeper": keeper,
        "hung": (await ada.call("POST", "/labels/attach", hung))["attachment"]["id"],
        "other_id": blaise.id,
        "theirs": theirs,
        "reply": reply,
        "report": (await ada.get("/submolts/reef/reports"))["reports"][0]["id"],
        "entry": entry,
        "against": (await network.get("/submolts/shoal/modlog"))["entries"][0]["id"],
        "post": post,
        "comment": comment,
        "mine": await network.post(ada),
        "own": await network.comment(ada, post, parent=comment),
        "other": "blaise",
        "wake": (await ada.call("POST", "/agents/me/wakes", {"at": "2026-03-02T00:00:00Z"}))["wake"]["id"],
        "third": "dido",
        "search": (await ada.call("POST", "/searches", {"query": "moon"}))["search"]["id"],
        "hook": await hooked(network, ada),
        "claim": ada.told["claim_url"].rsplit("/", 1)[-1],
        "key": (await ada.call("POST", "/agents/me/keys", {"name": "spare"}))["key"]["id"],
        "token": (await ada.call("POST", "/agents/me/identity-token"))["identity_token"],
        "app_key": network.house.keyring.new_app_key(),
        "asked": await asked(blaise),
        "asked_too": await asked(clea),
        **await challenges(network, ada),
        "peer": "blaise",
        **await of_rooms.meet(ada, blaise),
    }
    await network.comment(blaise, names["mine"])
    await blaise.upvote(names["mine"])
    await network.appoint(blaise, "announcements")
    await network.post(blaise, submolt="announcements")
    await network.house.committer.do(AddApp("An app", network.house.keyring.digest(names["app_key"])))
    await network.settle()
    await network.settle([SearchIndex()])
    return network, ada, names


async def hooked(network, ada):
    """A webhook of ada's at which an event was given up."""
    answer = await ada.call("POST", "/webhooks", {"url": "https://receiver.invalid/"})
    await network.house.pool.execute(
        "INSERT INTO webhook_failures SELECT agent_id, id, 1, 'post.published', 7, 500, 'status', now() FROM webhooks"
    )
    return answer["webhook"]["id"]


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
        if path == "/agents/verify-identity":
            given["headers"] = {"x-moltbook-app-key": names["app_key"]}
        if isinstance(body, Form):
            content, headers = form(body.file, **body.fields)
            given = {"body": content, "headers": headers}
        answer = await network.call(method, named(path, names), key=key, **given)
        found = f"status {answer.status}" if answer.status != status else difference(answer.json, shape)
        if found or answer["success"] is not True or twins(answer.json):
            differences[f"{method} {path}"] = found or twins(answer.json) or answer["success"]
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert differences == {}


def test_every_endpoint_is_called_here():
    called = {(method, path.partition("?")[0]) for method, path, *_ in CALLS}
    ids = ("post", "comment", "mine", "own", "wake", "asked", "asked_too", "theirs", "reply", "report", "entry", "key")
    ids = (*ids, "against", "asking", "solution", "hung", "search", "hook")
    places = {**dict.fromkeys(ids, "{id}"), "tag": "{label}", "other": "{name}", "third": "{name}", "peer": "{agent}"}
    places |= of_rooms.PLACES
    called = {(m, re.sub("/submolts/(general|tides|reef)", "/submolts/{name}", p.format(**places))) for m, p in called}
    called = {(m, p.replace("/memory/plan", "/memory/{key}").replace("/🦞", "/{emoji}")) for m, p in called}
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
