"""Requests made from the OpenAPI document alone, and what is wrong with an answer by the same document.

In this room: the groups of routes, cases for each (fit, nearly fit, hostile), sending one, judging the answer. Not
here: how many are tried (test_generated here, and with thousands in promises).
"""

import asyncio
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moltbook.activity import Activity
from moltbook.api import openapi
from moltbook.feeds import Ranks
from moltbook.identity import AddApp
from moltbook.notifications import Notifications
from moltbook.search import SearchIndex
from tests.contracts.schemas import Schemas, anything
from tests.images.pictures import moving, picture
from tests.world import Answer, Network, form
from tests.world.asgi import BASE

DOCUMENT = openapi("http://127.0.0.1:8000")
NOBODY = "01890000-0000-7000-8000-000000000000"
HOSTILE = [
    "", "0", "-1", "1e99", "9" * 400, "null", "\x00", "%", "'", "\u202e", "\U0001f99e", "a\u0301", "..", "NaN",
    "\ufffe", "{}", "[]", "x" * 5000, "e30", "W10", "Infinity", NOBODY, "\\", "$1", "<b>", "\r\n", "@me", "#", "-" * 40,
]  # fmt: skip
# Words in braces stand for what is there when the case is sent (Stage).
NAMES = ["{me}", "{agent}", "{new}", "{submolt}"]
IDS = ["{post}", "{comment}", "{conversation}", "{wake}", "{gone}"]
PATHS = sorted(
    f"{path}{'?limit=1' if 'get' in methods else ''}".replace("{name}", "{agent}").replace("{id}", "{post}")
    for path, methods in DOCUMENT["paths"].items()
)
LIKELY = {
    "name": NAMES, "id": IDS, "key": ["plan", "{new}"], "submolt_name": ["general", "{submolt}"], "type": ["text"],
    "submolt": ["general", "{submolt}"], "author": NAMES, "post_id": IDS, "parent_id": IDS, "requester_id": IDS,
    "comment_id": ["{answer}", *IDS], "to": NAMES, "confirm": ["{me}"], "token": ["{token}"],
    "q": ["thought", "{agent}"], "path": PATHS,
    "email": ["a@e.org"], "sort": ["new", "top", "hot", "best", "old", "rising", "random", "comments"],
    "at": ["2026-03-02T00:00:00Z"], "url": ["https://e.invalid/x"], "message": ["May I ask you something?"],
    "cursor": ["", "{cursor}"], "since": ["0", "2026-03-01T00:00:00Z"], "audience": ["https://app.example"],
    "display_name": ["Tides"], "agents": ["{me},{agent}"], "query": ["thought or tide", "moon"],
    "label_definition_id": ["{label}", "{role}"],
    "target_id": ["{inside}", "{agent_id}", "{post}"], "label": ["Solved"],
    "message_id": ["{said}", "{heard}"], "member": NAMES, "emoji": ["🦞", "🌊"], "reply_to": ["{said}", "{heard}"],
    "before": ["{heard}"], "after": ["{said}"],
}  # fmt: skip
# What the placeholder of a path most likely is, by how the path begins.
MEANT = {
    "posts": ["{post}", "{mine}"], "comments": ["{comment}"], "submolts": ["{submolt}", "general"],
    "agents/dm": ["{conversation}"], "agents/me/wakes": ["{wake}"], "agents/me/memory": ["plan"],
    "agents": ["{agent}", "{me}"], "notifications": ["{mine}"], "reports": ["{report}"],
    "modlog": ["{entry}"], "labels": ["{hung}"], "searches": ["{search}"], "webhooks": ["{webhook}"],
    "rooms": ["{room}", "{back_room}"],
    "submolts/{name}/labels": ["{label}", "{role}"],
}  # fmt: skip
CALLERS = ["me", "me", "me", "me", "owner", "new", None, "nonsense"]
SCHEMAS = Schemas(DOCUMENT, LIKELY)


class Case(msgspec.Struct, frozen=True):
    """One request; what stands in braces is filled in when it is sent."""

    route: tuple[str, str]
    path: str
    caller: str | None
    query: dict[str, Any]
    headers: dict[str, str]
    body: Any = msgspec.UNSET
    raw: bytes = b""
    file: bytes | None = None


def groups() -> dict[str, list[tuple[str, str]]]:
    """The document's routes by the first word of their path; those of agents are too many for one group."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path, methods in DOCUMENT["paths"].items():
        first, second, *_ = *path.removeprefix(f"{BASE}/").split("/"), ""
        group = f"{first}-{second}" if second in ("me", "dm") else first
        found.setdefault(group, []).extend((method.upper(), path) for method in methods)
    return found


def cases(group: str) -> st.SearchStrategy[Case]:
    """Requests to the routes of a group."""
    return st.one_of([_cases(method, path) for method, path in groups()[group]])


def _cases(method: str, path: str) -> st.SearchStrategy[Case]:
    operation = operation_of(method, path)
    inside: dict[str, st.SearchStrategy[str]] = {}
    query: dict[str, st.SearchStrategy[Any]] = {}
    headers: dict[str, st.SearchStrategy[str]] = {}
    odd = st.sampled_from(HOSTILE)
    for parameter in operation["parameters"]:
        name, fit = parameter["name"], SCHEMAS.fitting(parameter["schema"], parameter["name"])
        match parameter["in"]:
            case "path":
                # A slash, and nothing at all, would make another path of it.
                other = st.sampled_from(LIKELY[name]) | odd | st.text(max_size=40)
                inside[name] = _mostly(_meant(path, name), other.filter(lambda t: t and "/" not in t))
            case "query":
                query[name] = _mostly(fit, odd)
            case _:
                headers[name] = fit
    if method == "GET":
        headers["If-None-Match"] = st.sampled_from(["*", '"x"', 'W/"x", "{etag}"', "{etag}"])
    body: dict[str, st.SearchStrategy[Any]] = {}
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        fit = SCHEMAS.fitting(content["application/json"]["schema"])
        body["body"] = _mostly(fit, _bent(fit) | anything)
    elif content:
        honest = st.sampled_from([picture(), moving(), picture(kind="JPEG"), b"GIF89a", b""])
        body["file"] = _mostly(honest, st.binary(max_size=200))
    else:
        body["raw"] = st.sampled_from([b"", b"", b"{}", b"nope"])
    return st.builds(
        Case,
        route=st.just((method, path)),
        path=st.fixed_dictionaries(inside).map(lambda values: _filled(path, values)),
        caller=st.sampled_from(CALLERS),
        query=st.fixed_dictionaries({}, optional=query),
        headers=st.fixed_dictionaries({}, optional=headers),
        **body,
    )


def _mostly(fit: st.SearchStrategy[Any], other: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The first five times of six."""
    return st.integers(0, 5).flatmap(lambda n: other if n == 5 else fit)


def _meant(path: str, name: str) -> st.SearchStrategy[str]:
    if name in ("message_id", "member", "emoji"):
        return st.sampled_from(LIKELY[name])
    path = path.removeprefix(f"{BASE}/")
    starts = [start for start in MEANT if path.startswith(start) and (name != "name" or "/" not in start)]
    return st.sampled_from(MEANT[max(starts, key=len)])


def _bent(fit: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Data that fits but for one value."""

    def bend(value: Any, pick: int, other: Any) -> Any:
        if not isinstance(value, dict) or not value:
            return other
        name = sorted(value)[pick % len(value)]
        return {**value, name: other}

    return st.builds(bend, fit, st.integers(0, 20), st.sampled_from(HOSTILE) | anything)


def _filled(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value if value in _STANDINS else quote(value, safe=""))
    return path


_STANDINS = frozenset(w for words in (*LIKELY.values(), *MEANT.values()) for w in words if w.startswith("{"))


def operation_of(method: str, path: str) -> dict[str, Any]:
    """What the document says about a route."""
    found: dict[str, Any] = DOCUMENT["paths"][path][method.lower()]
    return found


class Stage:
    """A small network that cases are sent to; what they use up is made again."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._number = 0
        self._sent = 0
        self._things: dict[str, str] = {}
        self._keys: dict[str | None, str | None] = {}

    async def set(self) -> None:
        """Members who wrote, asked and keep things."""
        self._number += 1
        n, network = self._number, self.network
        me, owner, new = await network.agents(f"me{n}", f"owner{n}", f"new{n}")
        app_key = network.house.keyring.new_app_key()
        await network.house.committer.do(AddApp("An app", network.house.keyring.digest(app_key)))
        post, gone = [await network.post(owner, f"A thought {n}") for _ in range(2)]
        mine = await network.post(me, f"A question {n}", intent="question")
        comment = await network.comment(me, post, f"@{owner.name} indeed")
        answer = await network.comment(owner, mine)
        await owner.call("DELETE", f"/posts/{gone}")
        submolt = f"tides{n}"
        wants = [
            await me.call("POST", "/submolts", {"name": submolt, "display_name": "Tides"}),
            await me.call("PUT", "/agents/me/memory/plan", {"value": {"a": [1]}}),
            await me.call("POST", "/agents/me/wakes", {"at": "2026-04-01T00:00:00Z", "note": "Look."}),
            await new.call("POST", "/agents/dm/request", {"to": me.name, "message": "May I ask you something?"}),
            await me.call("POST", "/agents/me/identity-token"),
            await me.call("POST", f"/agents/{owner.name}/follow"),
            await owner.call("POST", f"/posts/{mine}/upvote"),
            await me.call("POST", "/webhooks", {"url": "https://receiver.invalid/"}),
        ]
        inside, removed = [await network.post(owner, f"Told by the tide {n}", submolt=submolt) for _ in range(2)]
        wants += [
            await new.call("POST", f"/posts/{inside}/report", {}),
            await me.call("POST", f"/posts/{removed}/remove", {"reason": "Off topic."}),
            reports := await me.get(f"/submolts/{submolt}/reports"),
            log := await me.get(f"/submolts/{submolt}/modlog"),
        ]
        wants += [
            room := await me.call("POST", f"/submolts/{submolt}/rooms", {"name": "hall"}),
            said := await me.call("POST", f"/rooms/{room['room']['id']}/messages", {"content": f"@{owner.name}?"}),
            heard := await owner.call("POST", f"/rooms/{room['room']['id']}/messages", {"content": "Yes."}),
            back_room := await me.call("POST", "/rooms", {"name": "Back room", "invite": [owner.name, new.name]}),
            await owner.call("POST", f"/rooms/{back_room['room']['id']}/invitations/accept"),
        ]
        wants.append(await owner.call("POST", f"/submolts/{submolt}/subscribe"))
        search = await me.call("POST", "/searches", {"query": "thought"})
        for kind, target in (("tag", ("post", inside)), ("role", ("agent", owner.id))):
            label = await me.call("POST", f"/submolts/{submolt}/labels", {"key": kind, "label": kind, "kind": kind})
            hung = {"label_definition_id": label["labels"][0]["id"], "target_type": target[0], "target_id": target[1]}
            wants += [label, await me.call("POST", "/labels/attach", hung)]
        *_, tag, attached, role, _ = wants
        assert all(answer.status in (200, 201) for answer in wants)
        self._things = {
            "post": post, "mine": mine, "cursor": "",
            "comment": comment, "answer": answer, "gone": gone, "submolt": submolt, "new": f"fresh{n}", "me": me.name,
            "agent": owner.name, "conversation": wants[3]["conversation_id"], "wake": wants[2]["wake"]["id"],
            "report": reports["reports"][0]["id"], "entry": log["entries"][0]["id"],
            "label": tag["labels"][0]["id"], "role": role["labels"][0]["id"], "inside": inside, "agent_id": owner.id,
            "hung": attached["attachment"]["id"], "search": search["search"]["id"],
            "webhook": wants[7]["webhook"]["id"],
            "room": room["room"]["id"], "back_room": back_room["room"]["id"],
            "said": said["room_message"]["id"], "heard": heard["room_message"]["id"],
            "token": wants[4]["identity_token"], "app": app_key, "etag": (await me.get("/stats")).headers["etag"][1:-1],
        }  # fmt: skip
        self._keys = {"me": me.key, "owner": owner.key, "new": new.key, None: None, "nonsense": "moltbook_sk_x"}
        await network.settle((Ranks(), Activity(), Notifications(), SearchIndex()))

    async def send(self, case: Case) -> Answer:
        """Send a case with what is there now."""
        if self._sent % 50 == 0:
            await self.set()
        self._sent += 1
        path = self._there(case.path)
        if case.query:
            spelled = {name: self._spelled(value) for name, value in case.query.items() if value is not None}
            path += "?" + urlencode(spelled, quote_via=quote)
        headers = {name: self._there(value) for name, value in case.headers.items()}
        if case.path.endswith("/verify-identity"):
            headers["x-moltbook-app-key"] = self._things["app"] if case.caller == "me" else str(case.caller)
        raw = case.raw
        if case.file is not None:
            raw, heads = form(case.file, type="avatar")
            headers |= heads
        elif case.body is not msgspec.UNSET:
            raw = msgspec.json.encode(self._with_things(case.body))
        answer = await self.network.call(
            case.route[0], path.removeprefix(BASE), key=self._keys[case.caller], body=raw, headers=headers
        )
        if answer.body and (cursor := answer.json.get("next_cursor")):
            self._things["cursor"] = cursor
        if case.route == ("DELETE", f"{BASE}/agents/me") and answer.status == 200:
            await self.set()
        return answer

    def _spelled(self, value: Any) -> str:
        return self._there(value) if isinstance(value, str) else msgspec.json.encode(value).decode()

    def _there(self, text: str) -> str:
        for name, thing in self._things.items():
            text = text.replace(f"{{{name}}}", thing)
        return text

    def _with_things(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._there(value)
        if isinstance(value, list):
            return [self._with_things(inner) for inner in value]
        if isinstance(value, dict):
            return {name: self._with_things(inner) for name, inner in value.items()}
        return value


def complaint(case: Case, answer: Answer) -> str:
    """What the document does not say about this answer; "" if it says all of it."""
    responses = operation_of(*case.route)["responses"]
    said = responses.get(str(answer.status))
    if answer.status >= 500 or said is None:
        return f"{answer.status}: {answer.body[:300]!r}"
    if answer.status == 304:
        return "" if not answer.body else "304 with a body"
    if inside := [result for result in answer.json.get("results", ()) if result.get("status", 0) >= 500]:
        return f"in a batch: {inside}"
    return SCHEMAS.complaint(answer.json, said["content"]["application/json"]["schema"])


async def hold(network: Network, group: str, count: int) -> None:
    """Send so many cases of a group, and see that the document foretold each answer."""
    stage = Stage(network)
    loop = asyncio.get_running_loop()

    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=cases(group))
    def held(case: Case) -> None:
        answer = asyncio.run_coroutine_threadsafe(stage.send(case), loop).result()
        assert not complaint(case, answer)

    await asyncio.to_thread(held)
