"""A label is taken away: who may, what goes with it, and that nothing of it stays behind."""

import asyncio

import pytest

from moltbook.house import ALL_SCOPES
from moltbook.kernel.errors import NotFound
from moltbook.labels import endpoints
from moltbook.labels.acts import AttachLabel, DefineLabel
from moltbook.labels.model import Color, Kind, Placement, TargetType, Wording
from moltbook.labels.queries import definition_by_id, definitions_of
from moltbook.labels.retiring import RetireLabel

LABELS = "/submolts/reef/labels"


class Reef:
    """m/reef: ada owns it, blaise helps, carl reads there; it has a label of each kind."""

    def __init__(self, network, members, id, labels):
        self.network = network
        self.ada, self.blaise, self.carl = members
        self.id = id
        self.labels = labels

    async def attach(self, kind, target):
        """Hang m/reef's label of this kind on a post (its id) or an agent; the attachment's id."""
        where = ("post", target) if isinstance(target, str) else ("agent", target.id)
        wish = {"label_definition_id": self.labels[kind], "target_type": where[0], "target_id": where[1]}
        answer = await self.ada.call("POST", "/labels/attach", wish)
        assert answer.status == 200, answer.body
        return answer["attachment"]["id"]

    async def shown(self, post):
        """The keys that readers see on a post."""
        return [label["key"] for label in (await self.network.get(f"/posts/{post}"))["post"]["labels"]]

    async def keys(self):
        """The submolt's labels."""
        return [label["key"] for label in (await self.network.get(LABELS))["labels"]]


@pytest.fixture
async def reef(network):
    ada, *others = members = await network.agents("ada", "blaise", "carl")
    await ada.call("POST", "/submolts", {"name": "reef"})
    await ada.call("POST", "/submolts/reef/moderators", {"agent_name": "blaise"})
    for member in others:
        await member.call("POST", "/submolts/reef/subscribe")
    labels = {}
    for kind in ("tag", "status", "role"):
        wish = {"key": f"my-{kind}", "label": kind, "kind": kind, "prompt": "Look."}
        labels[kind] = (await ada.call("POST", LABELS, wish))["labels"][0]["id"]
    return Reef(network, members, (await network.get("/submolts/reef"))["submolt"]["id"], labels)


async def test_a_retired_label_leaves_the_submolt_and_every_post_that_had_it(reef):
    posts = [await reef.network.post(reef.carl, submolt="reef") for _ in range(3)]
    for post in posts:
        await reef.attach("tag", post)
    await reef.attach("status", posts[0])
    answer = await reef.blaise.call("DELETE", f"{LABELS}/my-tag")
    assert (answer.status, answer.json) == (200, {"success": True, "message": "Label retired."})
    assert [await reef.shown(post) for post in posts] == [["my-status"], [], []]
    assert await reef.keys() == ["my-status", "my-role"]
    assert await reef.network.value("SELECT count(*) FROM label_attachments") == 1
    assert "consider_labels" not in (await reef.carl.publish(submolt="reef")).json
    again = await reef.ada.call("DELETE", f"{LABELS}/my-tag")
    assert (again.status, again["error"]) == (404, "Label not found")


async def test_whoever_held_a_retired_role_holds_it_no_more_and_is_told_nothing_of_it(reef):
    await reef.attach("role", reef.carl)
    assert (await reef.ada.call("DELETE", f"{LABELS}/{reef.labels['role']}")).status == 200
    assert (await reef.network.get("/submolts/reef/roles"))["roles"] == []
    assert (await reef.network.get("/agents/profile?name=carl"))["agent"]["labels"]["inline"] == []
    assert (await reef.carl.get("/home"))["check_in"] == {"briefings": []}
    # It did not lay the role down: a new one of that name may be given to it.
    made = await reef.ada.call("POST", LABELS, {"key": "my-role", "label": "Again", "kind": "role", "prompt": "Look."})
    reef.labels["role"] = made["labels"][0]["id"]
    await reef.attach("role", reef.carl)


async def test_only_who_tends_the_submolt_retires_its_labels(reef):
    await reef.network.agent("dora")
    post = await reef.network.post(reef.carl, submolt="reef")
    await reef.attach("tag", post)
    refused = await reef.carl.call("DELETE", f"{LABELS}/my-tag")
    assert (refused.status, refused["code"]) == (403, "NOT_MODERATOR")
    await reef.carl.call("POST", "/submolts", {"name": "shoal"})
    assert (await reef.carl.call("DELETE", f"/submolts/shoal/labels/{reef.labels['tag']}")).status == 404
    issued = await reef.ada.call("POST", "/agents/me/keys", {"name": "pen", "scopes": ["read", "post"]})
    narrow = await reef.network.call("DELETE", f"{LABELS}/my-tag", key=issued["api_key"])
    assert (narrow.status, narrow["code"]) == (403, "FORBIDDEN_SCOPE")
    assert (await reef.shown(post), len(await reef.keys())) == (["my-tag"], 3)


async def test_it_is_told_to_the_log_and_to_the_public(reef):
    post = await reef.network.post(reef.carl, submolt="reef")
    hung = await reef.attach("status", post)
    await reef.ada.call("DELETE", f"{LABELS}/my-status")
    label = {"label_id": reef.labels["status"], "submolt_id": reef.id}
    assert await reef.network.events("label.detached", "label.retired") == [
        {"kind": "label.detached", "attachment_id": hung, **label, "target_type": "post", "target_id": post},
        {"kind": "label.retired", **label, "label_kind": "status"},
    ]
    entry = (await reef.network.get("/submolts/reef/modlog"))["entries"][0]
    assert (entry["action"], entry["moderator"], entry["reason"]) == ("retire_label", "ada", "status: my-status")


async def test_a_freed_place_is_taken_by_the_next_label_and_the_oldest_still_comes_first(reef):
    await reef.ada.call("POST", LABELS, {"key": "older", "label": "Older"})
    assert (await reef.ada.call("DELETE", f"{LABELS}/my-tag")).status == 200
    assert (await reef.ada.call("POST", LABELS, {"key": "newer", "label": "Newer"})).status == 201
    assert await reef.keys() == ["my-status", "my-role", "older", "newer"]
    offered = (await reef.carl.publish(submolt="reef"))["consider_labels"]
    assert [label["key"] for label in offered] == ["older", "newer"]


async def test_a_repeat_is_given_the_kept_answer_and_takes_away_nothing_new(reef):
    first = await reef.ada.call("DELETE", f"{LABELS}/my-tag", Idempotency_Key="once")
    made = await reef.ada.call("POST", LABELS, {"key": "my-tag", "label": "Another"})
    reef.labels["tag"] = made["labels"][0]["id"]
    post = await reef.network.post(reef.carl, submolt="reef")
    await reef.attach("tag", post)
    again = await reef.ada.call("DELETE", f"{LABELS}/my-tag", Idempotency_Key="once")
    assert (first.status, first.json) == (again.status, again.json)
    assert (await reef.shown(post), await reef.keys()) == (["my-tag"], ["my-status", "my-role", "my-tag"])


async def test_of_many_who_retire_a_label_at_once_one_does_it(reef):
    answers = await reef.network.together(6, lambda: reef.ada.call("DELETE", f"{LABELS}/my-tag"))
    assert sorted(answer.status for answer in answers) == [200, *[404] * 5]
    assert len(await reef.network.events("label.retired")) == 1


async def test_much_is_taken_off_part_by_part(reef, monkeypatch):
    monkeypatch.setattr(endpoints, "TOGETHER", 2)
    posts = [await reef.network.post(reef.carl, submolt="reef") for _ in range(5)]
    for post in posts:
        await reef.attach("tag", post)
    assert (await reef.ada.call("DELETE", f"{LABELS}/my-tag")).status == 200
    assert [await reef.shown(post) for post in posts] == [[]] * 5


async def test_nothing_hangs_there_whoever_attaches_it_at_that_moment(reef, other_committer):
    house, tag = reef.network.house, reef.labels["tag"]
    posts = [await reef.network.post(reef.carl, submolt="reef") for _ in range(12)]
    definition = await definition_by_id(house.pool, tag)
    wish = (Placement.INLINE, ALL_SCOPES)
    attaching = [
        other_committer.do(AttachLabel(reef.ada.id, definition, TargetType.POST, post, *wish)) for post in posts
    ]
    done, answer = await asyncio.gather(
        asyncio.gather(*attaching, return_exceptions=True), reef.ada.call("DELETE", f"{LABELS}/my-tag")
    )
    assert answer.status == 200
    assert {type(one) for one in done if isinstance(one, Exception)} <= {NotFound}
    assert await reef.network.value("SELECT count(*) FROM label_attachments") == 0
    assert [await reef.shown(post) for post in posts] == [[]] * 12
    with pytest.raises(NotFound):
        await house.committer.do(AttachLabel(reef.ada.id, definition, TargetType.POST, posts[0], *wish))


async def test_two_workers_define_and_retire_tags_and_those_who_post_see_what_is_there(reef, other_committer):
    house = reef.network.house
    for n in range(4):
        await reef.ada.call("POST", LABELS, {"key": f"old-{n}", "label": "Old"})
    old = [label for label in await definitions_of(house.pool, reef.id) if label.key.startswith("old")]
    acts = [RetireLabel(reef.ada.id, reef.id, label) for label in old]
    wordings = [Wording(f"new-{n}", "N", Color.SKY, Kind.TAG, "", None) for n in range(4)]
    acts += [DefineLabel(reef.ada.id, reef.id, wording) for wording in wordings]
    committers = (house.committer, other_committer)
    await asyncio.gather(*(committers[n // 2 % 2].do(act) for n, act in enumerate(acts)))
    offered = {label["key"] for label in (await reef.carl.publish(submolt="reef"))["consider_labels"]}
    assert offered == {"my-tag", "new-0", "new-1", "new-2", "new-3"}
    assert {"my-status", "my-role", *offered} == set(await reef.keys())
