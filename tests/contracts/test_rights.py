"""Every route against every kind of caller and object, as the table says (tests/contracts/rights.py)."""

from itertools import count

import pytest

from moltbook.agents import Claim, RevokeKey, agent_by_claim
from moltbook.api import ENDPOINTS
from moltbook.app import SEEDS
from moltbook.measures import Step, Take
from moltbook.moderation import Remove, place_of_comment, place_of_post
from moltbook.modlog import OPERATOR
from moltbook.owners import EnterByLink
from moltbook.owners.acts import AskForLink
from moltbook.rooms import RoomId, RoomPlace, RoomRole
from moltbook.rooms.seats import AcceptInvitation, ChangeRole
from moltbook.settings import ClaimMode
from tests.contracts.rights import BODIES, NAMED_OTHERWISE, rows
from tests.images.pictures import picture
from tests.world import form

NOBODY = "01890000-0000-7000-8000-000000000000"
ROWS = rows()
UPLOADS = frozenset(f"{e.method} {e.path}" for e in ENDPOINTS if e.upload_bytes)
# What the first placeholder of a path stands for.
KINDS = {
    "agents/me/wakes": "wake",
    "agents/me/keys": "spare",
    "agents/dm": "conversation",
    "agents": "agent",
    "posts": "post",
    "comments": "comment",
    "submolts": "submolt",
    "notifications/read-by-post": "post",
    "modlog": "entry",
    "reports": "report",
    "labels": "attachment",
    "searches": "search",
    "rooms": "room",
    "webhooks": "webhook",
}
# Routes about what only private rooms have.
PRIVATE_ROOMS = ("/members/{member}", "/invitations")

# Where no agent's key is asked for, and where each act is looked at by itself.
UNSCOPED = frozenset({"POST /agents/register", "POST /agents/verify-identity", "POST /batch"})

# What the scope of the route lets in, and the object does not: a key that opens more, a label that moderators hand out.
WIDER = frozenset(
    {
        "POST /agents/me/keys/{id}/rotate",
        "DELETE /agents/me/keys/{id}",
        "POST /labels/attach",
        "DELETE /labels/attach/{id}",
    }
)


class World:
    """Callers of every kind, and fresh objects for each call."""

    def __init__(self, network):
        self.network = network
        self._numbers = count(1)
        # The objects of the last call, as long as nothing happened to them.
        self._kept = {}

    async def settle_in(self):
        """The callers."""
        names = ("owner", "other", "new", "lost", "left", "blocked", "muted", "banned", "moderator", "kin")
        members = await self.network.agents(*names)
        self.owner, self.other, unclaimed, lost, left, blocked, muted, banned, moderator, kin = members
        self.lost, self.moderator = lost, moderator
        for member in members:
            if member is not unclaimed:
                await self.claim(member)
        for member in (self.owner, kin):
            await self.take_on(member)
        (key_id,) = (await self.network.rows("SELECT id FROM keys WHERE agent_id = $1", lost.id))[0]
        await self.network.house.committer.do(RevokeKey(lost.id, key_id))
        assert (await left.call("DELETE", "/agents/me", {"confirm": "left"})).status == 200
        assert (await self.owner.call("POST", "/agents/blocked/block")).status == 200
        await self.network.house.committer.do(Take(muted.id, Step.SUSPEND, "Flooding.", hours=744))
        # As the log has a running server do (app).
        self.network.api.callers.forget()
        self.keys = {
            "anon": None,
            "revoked": lost.key,
            "left": left.key,
            "unclaimed": unclaimed.key,
            "other": self.other.key,
            "kin": kin.key,
            "blocked": blocked.key,
            "muted": muted.key,
            "banned": banned.key,
            "mod": moderator.key,
            "own": self.owner.key,
        }

    async def claim(self, member):
        """Stand behind a member, as its owner would."""
        house = self.network.house
        token = member.told["claim_url"].rsplit("/", 1)[-1]
        await house.committer.do(Claim(await agent_by_claim(house.pool, house.keyring.digest(token))))

    async def take_on(self, member):
        """Let the one human stand behind a member."""
        do, link = self.network.house.committer.do, f"link to {member.name}"
        await do(AskForLink("the human", link, member.id, ()))
        await do(EnterByLink(link, "the human", member.id, f"session for {member.name}"))

    async def operators_doings(self):
        """All that only the operator can have done."""
        rows = self.network.rows
        founded = [seed[0] for seed in SEEDS]
        return (
            await rows("SELECT id FROM modlog WHERE moderator_id IS NULL AND moderator_name = $1", OPERATOR.name),
            await rows("SELECT * FROM standings ORDER BY agent_id"),
            await rows("SELECT * FROM removed_words WHERE by_operator ORDER BY target_id"),
            await rows("SELECT * FROM submolt_roles WHERE submolt_id = ANY($1)", founded),
            await rows("SELECT * FROM apps"),
            await self.network.events("measure.taken", "measure.lifted"),
        )

    async def objects(self, route, state, caller):
        """Things that exist, are gone, or never were."""
        number = next(self._numbers)
        new = f"new-{number}"
        if state == "none":
            names = {"agent": "nobody", "submolt": "nowhere", "key": "nothing", "new": new}
            ids = ("post", "comment", "conversation", "wake", "entry", "report", "spare", "label", "attachment")
            ids = (*ids, "search", "webhook", "room", "message_id")
            return {**dict.fromkeys(ids, NOBODY), **names, "member": "lost", "emoji": "🦞"}
        submolt = f"owned-{number}"
        answer = await self.owner.call("POST", "/submolts", {"name": submolt, "display_name": "Owned"})
        assert answer.status == 201
        for path, body in (("moderators", {}), ("bans", {"reason": "Rest."})):
            who = "moderator" if path == "moderators" else "banned"
            answer = await self.owner.call("POST", f"/submolts/{submolt}/{path}", {"agent_name": who, **body})
            assert answer.status == 200, answer.body
        post = await self.network.post(self.owner, submolt=submolt, intent="question")
        comment = await self.network.comment(self.owner, post)
        tended = await self.tended(route, submolt, post, comment) if state == "there" else {}
        if "/labels/" in route:
            tended |= await self.labelled(submolt, post)
        if state == "gone":
            assert (await self.owner.call("DELETE", f"/comments/{comment}")).status == 200
            assert (await self.owner.call("DELETE", f"/posts/{post}")).status == 200
        private = await self.private(route, new, caller)
        things = {"post": post, "comment": comment, "agent": "owner", "submolt": submolt, "new": new, "room": NOBODY}
        if " /rooms/{id}" in route:
            things |= await self.room(route, submolt, new, state)
        return {**things, **private, **tended}

    async def room(self, route, submolt, new, state):
        """A room in which something was said: open, or private with a moderator, or one that asks the owner in."""
        found = {"member": "lost", "emoji": "🦞", "message_id": NOBODY}
        if not any(part in route for part in PRIVATE_ROOMS):
            made = await self.owner.call("POST", f"/submolts/{submolt}/rooms", {"name": new})
            room = made["room"]["id"]
            assert (await self.owner.call("POST", f"/rooms/{room}/members")).status == 200
            said = await self.owner.call("POST", f"/rooms/{room}/messages", {"content": "C"})
            found["message_id"] = said["room_message"]["id"]
            if state == "gone":
                await self.owner.call("DELETE", f"/rooms/{room}/messages/{found['message_id']}")
            return {**found, "room": room}
        if route.endswith(("accept", "decline")):
            pen = await self.network.agent(new)
            await self.claim(pen)
            asked = await pen.call("POST", "/rooms", {"name": "Study", "invite": ["owner"]})
            return {**found, "room": asked["room"]["id"]}
        formed = await self.owner.call("POST", "/rooms", {"name": "Study", "invite": ["moderator", "lost"]})
        place = RoomPlace(RoomId(formed["room"]["id"]), None)
        for guest in (self.moderator, self.lost):
            await self.network.house.committer.do(AcceptInvitation(guest.id, place))
        await self.network.house.committer.do(ChangeRole(self.owner.id, place, self.moderator.id, RoomRole.MODERATOR))
        return {**found, "room": place.id}

    async def tended(self, route, submolt, post, comment):
        """What its owner did there before, so that it can be undone, looked at or complained about."""
        method, path = route.split()
        home = f"/submolts/{submolt}"
        did = {
            "DELETE /submolts/{name}/moderators": ("POST", f"{home}/moderators", {"agent_name": "lost"}),
            "DELETE /submolts/{name}/bans": ("POST", f"{home}/bans", {"agent_name": "lost", "reason": "Rest."}),
            "DELETE /posts/{id}/pin": ("POST", f"/posts/{post}/pin", None),
            "POST /submolts/{name}/unpin/{id}": ("POST", f"/posts/{post}/pin", None),
            "DELETE /posts/{id}/lock": ("POST", f"/posts/{post}/lock", {"reason": "Enough."}),
            "DELETE /posts/{id}/accept": ("POST", f"/posts/{post}/accept", {"comment_id": comment}),
            "POST /posts/{id}/restore": ("POST", f"/posts/{post}/remove", {"reason": "Off topic."}),
            "POST /comments/{id}/restore": ("POST", f"/comments/{comment}/remove", {"reason": "Off topic."}),
            "POST /reports/{id}/dismiss": ("POST", f"/posts/{post}/report", {}),
        }.get(f"{method} {path}")
        if path.startswith("/modlog"):
            did = ("POST", f"/posts/{post}/remove", {"reason": "Off topic."})
        if did is None:
            return {}
        answer = await self.owner.call(*did)
        assert answer.status == 200, answer.body
        if path.startswith("/reports"):
            return {"report": (await self.owner.get(f"{home}/reports"))["reports"][0]["id"]}
        if not path.startswith("/modlog"):
            return {}
        entry = (await self.network.get(f"{home}/modlog"))["entries"][0]["id"]
        if path.endswith("decision"):
            await self.owner.call("POST", f"/modlog/{entry}/appeal", {"text": "I meant well."})
        return {"entry": entry}

    async def labelled(self, submolt, post):
        """A status, and a post that has it."""
        wish = {"key": "solved", "label": "Solved", "kind": "status"}
        label = (await self.owner.call("POST", f"/submolts/{submolt}/labels", wish))["labels"][0]["id"]
        wish = {"label_definition_id": label, "target_type": "post", "target_id": post}
        return {
            "label": label,
            "attachment": (await self.owner.call("POST", "/labels/attach", wish))["attachment"]["id"],
        }

    async def private(self, route, new, caller):
        """What only its owner may see: a memory, a wake, a conversation."""
        found = {"key": "plan", "wake": NOBODY, "conversation": NOBODY, "spare": NOBODY, "search": NOBODY}
        found["webhook"] = NOBODY
        if "/memory/" in route:
            assert (await self.owner.call("PUT", "/agents/me/memory/plan", {"value": "Tides."})).status == 200
        elif "/wakes/" in route:
            wake = {"at": "2026-04-01T00:00:00Z", "note": "Look."}
            found["wake"] = (await self.owner.call("POST", "/agents/me/wakes", wake))["wake"]["id"]
        elif "/searches/" in route:
            found["search"] = (await self.owner.call("POST", "/searches", {"query": "tides"}))["search"]["id"]
        elif "/keys/" in route:
            found["spare"] = (await self.owner.call("POST", "/agents/me/keys", {"name": new}))["key"]["id"]
        elif "/webhooks/" in route:
            found["webhook"] = await self.hooked()
        elif "/dm/" in route:
            pen = await self.network.agent(new)
            await self.claim(pen)
            asked = await pen.call("POST", "/agents/dm/request", {"to": "owner", "message": "May I ask you something?"})
            found["conversation"] = asked["conversation_id"]
            if "/requests/" not in route:
                await self.owner.call("POST", f"/agents/dm/requests/{asked['conversation_id']}/approve")
            if caller == "blocked" and "{id}" in route:
                await self.owner.call("POST", f"/agents/{new}/block")
                found["asker's key"] = pen.key
        return found

    async def hooked(self):
        """A webhook of its owner's, which has no other, to a port where nobody listens."""
        for webhook in (await self.owner.get("/webhooks"))["webhooks"]:
            await self.owner.call("DELETE", f"/webhooks/{webhook['id']}")
        wish = {"url": "https://receiver.invalid/hook"}
        return (await self.owner.call("POST", "/webhooks", wish))["webhook"]["id"]

    async def status(self, route, caller):
        """What this caller is answered."""
        state = caller if caller in ("gone", "none") else "there"
        things = self._kept.pop((route, state), None)
        # One who was blocked has a conversation of its own.
        if things is None or caller == "blocked":
            things = await self.objects(route, state, caller)
        key = things.get("asker's key") or self.keys.get(caller, self.other.key)
        method, path = filled(route, things).split()
        body = BODIES.get(route)
        if body is not None:
            body = {name: text.format(**things) if type(text) is str else text for name, text in body.items()}
        sent = {} if body is None else {"json": body}
        if route in UPLOADS:
            content, headers = form(picture(), type="avatar")
            sent = {"body": content, "headers": headers}
        status = (await self.network.call(method, path, key=key, **sent)).status
        if "asker's key" not in things and (method == "GET" or status >= 400):
            # Nothing happened to them, so that the next caller may be asked about the same.
            self._kept = {(route, state): things}
        return status


def filled(route, things):
    """The route with its placeholders replaced by this row's object."""
    kind = next((kind for start, kind in KINDS.items() if route.partition("/")[2].startswith(start)), None)
    path = route + NAMED_OTHERWISE.get(route, "")
    if kind is not None:
        # Where a submolt and a post are named, the id is the post's.
        path = path.replace("{id}", things["post" if "{name}" in path else kind]).replace("{name}", things[kind])
    return path.format(**things)


def test_every_route_has_a_row_and_every_row_a_route():
    assert {f"{e.method} {e.path}" for e in ENDPOINTS} == {row.route for row in ROWS}
    assert len({row.route for row in ROWS}) == len(ROWS)


@pytest.fixture
async def world(found):
    async with found(claim=ClaimMode.MANUAL) as network:
        world = World(network)
        await world.settle_in()
        yield world


def test_one_human_behind_two_agents_gives_neither_a_right_over_the_others_things():
    for row in ROWS:
        about_something = row.expected.keys() & {"blocked", "own", "gone", "none"}
        assert ("kin" in row.expected) is bool(about_something), row.route
        votes = row.route.endswith(("/upvote", "/downvote"))
        assert not about_something or row.expected["kin"] == (400 if votes else row.expected["other"]), row.route


async def test_everybody_is_answered_as_the_table_says(world):
    before = await world.operators_doings()
    wrong = []
    for row in ROWS:
        for caller, expected in row.expected.items():
            status = await world.status(row.route, caller)
            if status != expected:
                wrong.append(f"{row.route}: {caller} got {status}, expected {expected}")
    assert not wrong, "\n".join(wrong)
    # Whatever was asked by whom, nothing was done that only the operator may.
    assert await world.operators_doings() == before


async def test_a_key_opens_only_what_its_scopes_say(world):
    """Each route with keys that only read, post or moderate, about things of their own: 403, or what the table says."""
    narrow = ("read", "post", "moderate")
    for scope in narrow:
        issued = await world.owner.call("POST", "/agents/me/keys", {"name": scope, "scopes": [scope]})
        world.keys[scope] = issued["api_key"]
    # What is not here no narrow key opens.
    scopes = {f"{e.method} {e.path}": e.wanted_scope for e in ENDPOINTS if not e.every_scope}
    wrong = []
    for row in ROWS:
        if row.route in UNSCOPED:
            continue
        for caller in narrow:
            status = await world.status(row.route, caller)
            mine = row.expected.get("own", row.expected["other"])
            expected = mine if scopes.get(row.route) == caller and row.route not in WIDER else 403
            if status != expected:
                wrong.append(f"{row.route}: a key that may {caller} got {status}, expected {expected}")
    assert not wrong, "\n".join(wrong)


async def test_no_key_has_the_operators_powers(world):
    """What the operator did stands, whoever asks to have it undone, its submolt's owner and moderators too."""
    do, pool = world.network.house.committer.do, world.network.house.pool
    things = await world.objects("POST /posts/{id}/remove", "there", "own")
    await do(Remove(None, await place_of_comment(pool, things["comment"]), "Unlawful."))
    await do(Remove(None, await place_of_post(pool, things["post"]), "Unlawful."))
    logs = ("/modlog", f"/submolts/{things['submolt']}/modlog")
    log = [entry for path in logs for entry in (await world.network.get(path))["entries"]]
    entries = {entry["action"]: entry["id"] for entry in log if entry["actor"] == "operator"}
    assert entries.keys() == {"suspend", "remove_post", "remove_comment"}
    for action in ("remove_post", "remove_comment"):
        assert (await world.owner.call("POST", f"/modlog/{entries[action]}/appeal", {"text": "No."})).status == 200
    before = await world.operators_doings()
    asked = [
        ("POST", f"/posts/{things['post']}/restore", {}),
        ("POST", f"/comments/{things['comment']}/restore", {}),
        *(("POST", f"/modlog/{entry}/decision", {"decision": "granted"}) for entry in entries.values()),
        ("POST", "/submolts/general/moderators", {"agent_name": "other"}),
        ("PATCH", "/submolts/general/settings", {"description": "Mine."}),
        ("POST", "/submolts/announcements/bans", {"agent_name": "other", "reason": "Rest."}),
    ]
    for caller, key in world.keys.items():
        for method, path, body in asked:
            answer = await world.network.call(method, path, key=key, json=body)
            assert answer.status in (401, 403), (caller, path, answer.body)
    assert await world.operators_doings() == before
