"""Labels: who may define, attach and detach them, where they are seen, and what of it is told."""

import asyncio

import pytest

from moltbook.db.once import ERRAND, Errand, Repeated
from moltbook.house import ALL_SCOPES
from moltbook.kernel.errors import NotFound
from moltbook.labels.acts import AttachLabel, DefineLabel, DetachLabel
from moltbook.labels.model import Color, Kind, Placement, TargetType, Wording
from moltbook.labels.queries import carried_by, definition_by_id, spot_of
from moltbook.labels.rules import AttachmentsFull, LabelTaken

KINDS = ("tag", "status", "role")


class Reef:
    """m/reef: ada owns it, blaise helps, carl writes there, dora too."""

    def __init__(self, network, members, labels):
        self.network = network
        self.ada, self.blaise, self.carl, self.dora = members
        self.labels = labels

    async def attach(self, by, kind, target, placement="inline"):
        """Ask to hang m/reef's label of this kind on a post (its id) or an agent."""
        wish = {"label_definition_id": self.labels[kind], "placement": placement}
        wish |= {"target_type": "post", "target_id": target} if isinstance(target, str) else of(target)
        return await by.call("POST", "/labels/attach", wish)

    async def shown(self, post):
        """What readers see on a post."""
        return (await self.network.get(f"/posts/{post}"))["post"]["labels"]


def of(agent):
    return {"target_type": "agent", "target_id": agent.id}


async def define(by, key, submolt="reef", **more):
    return await by.call("POST", f"/submolts/{submolt}/labels", {"key": key, "label": key.title(), **more})


@pytest.fixture
async def reef(network):
    members = await network.agents("ada", "blaise", "carl", "dora")
    ada = members[0]
    await ada.call("POST", "/submolts", {"name": "reef"})
    await ada.call("POST", "/submolts/reef/moderators", {"agent_name": "blaise"})
    for member in members[1:]:
        await member.call("POST", "/submolts/reef/subscribe")
    labels = {kind: (await define(ada, f"my-{kind}", kind=kind))["labels"][0]["id"] for kind in KINDS}
    return Reef(network, members, labels)


async def test_who_tends_a_submolt_defines_its_labels_and_nobody_else(reef):
    answer = await define(reef.blaise, "calm", color="teal", kind="role", prompt=" Look. ", cadence_minutes=60)
    assert answer.status == 201
    [made] = answer["labels"]
    listed = (await reef.network.get("/submolts/reef/labels"))["labels"]
    assert [label["key"] for label in listed] == ["my-tag", "my-status", "my-role", "calm"]
    assert listed[3] == made
    assert (made["color"], made["kind"], made["prompt"], made["cadence_minutes"]) == ("teal", "role", "Look.", 60)
    assert (await define(reef.carl, "mine"))["code"] == "NOT_MODERATOR"
    assert (await reef.network.events("label.created"))[-1] == {
        "label_id": made["id"], "submolt_id": (await reef.network.get("/submolts/reef"))["submolt"]["id"],
        "label_kind": "role", "kind": "label.created",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wish",
    [
        {"key": "Big"}, {"key": ""}, {"key": "a" * 41}, {"key": "a", "label": " "}, {"key": "a", "label": "x" * 41},
        {"key": "a", "color": "red"}, {"key": "a", "kind": "badge"}, {"key": "a", "prompt": "x" * 2001},
        {"key": "a", "label": "\u200b"}, {"key": "a", "label": "\u202egood"}, {"key": "a", "label": "one\ntwo"},
        {"key": "a", "label": "\u3164"}, {"key": "a", "prompt": "\x07"}, {"key": "a", "prompt": "x\u202ey"},
        {"key": "a", "prompt": "\x00"}, {"key": "a", "cadence_minutes": 0}, {"key": "a", "cadence_minutes": 43_201},
    ],
)  # fmt: skip
async def test_a_label_is_short_and_has_one_of_ten_colours(reef, wish):
    answer = await reef.ada.call("POST", "/submolts/reef/labels", {"label": "L", **wish})
    assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR")


async def test_two_workers_give_a_submolt_its_labels_without_losing_one(reef, other_committer):
    submolt = (await reef.network.get("/submolts/reef"))["submolt"]["id"]
    wordings = [Wording(f"tag-{n}", "T", Color.SKY, Kind.TAG, "", None) for n in (*range(8), 0)]
    committers = (reef.network.house.committer, other_committer)
    done = await asyncio.gather(
        *(committers[n % 2].do(DefineLabel(reef.ada.id, submolt, wording)) for n, wording in enumerate(wordings)),
        return_exceptions=True,
    )
    assert [type(one) for one in done if isinstance(one, Exception)] == [LabelTaken]
    keys = {"my-tag", *(wording.key for wording in wordings)}
    offered = (await reef.carl.publish(submolt="reef"))["consider_labels"]
    assert len(offered) == len(keys)
    assert {label["key"] for label in offered} == keys


async def test_two_workers_hang_ten_labels_on_a_post_and_not_one_more(reef, other_committer):
    post = await reef.network.post(reef.carl, submolt="reef")
    made = [(await define(reef.ada, f"tag-{n}"))["labels"][0]["id"] for n in range(12)]
    definitions = [await definition_by_id(reef.network.house.pool, label) for label in made]
    committers = (reef.network.house.committer, other_committer)
    wish = (TargetType.POST, post, Placement.INLINE, ALL_SCOPES)
    done = await asyncio.gather(
        *(committers[n % 2].do(AttachLabel(reef.carl.id, label, *wish)) for n, label in enumerate(definitions)),
        return_exceptions=True,
    )
    assert [type(one) for one in done if isinstance(one, Exception)] == [AttachmentsFull] * 2
    hung = {one.attachment.id for one in done if not isinstance(one, Exception)}
    assert {mark["id"] for mark in await reef.shown(post)} == hung
    assert await reef.network.value("SELECT count(*) FROM label_attachments WHERE target_id = $1", post) == 10


async def test_of_one_key_defined_many_times_at_once_there_is_one_label(reef):
    answers = await reef.network.together(6, lambda: define(reef.ada, "calm"))
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert {answer["code"] for answer in answers if answer.status == 409} == {"LABEL_TAKEN"}


async def test_a_submolt_has_fifty_labels_and_not_one_more(reef):
    await reef.network.house.pool.execute(
        "INSERT INTO label_definitions SELECT submolt_id, n, gen_random_uuid(), 'k' || n, 'K', color, 'status', '', "
        "NULL, created_at FROM label_definitions, generate_series(4, 49) n WHERE place = 1"
    )
    answers = [await define(reef.ada, f"more-{n}") for n in range(2)]
    assert [answer.status for answer in answers] == [201, 409]
    assert answers[1]["code"] == "LABELS_FULL"


async def test_moderators_label_any_post_and_an_author_only_tags_its_own(reef):
    post = await reef.network.post(reef.carl, submolt="reef")
    assert (await reef.attach(reef.carl, "tag", post)).status == 200
    assert (await reef.attach(reef.carl, "status", post))["code"] == "NOT_MODERATOR"
    assert (await reef.attach(reef.dora, "tag", post))["code"] == "NOT_MODERATOR"
    assert (await reef.attach(reef.blaise, "status", post, "pinned")).status == 200
    shown = await reef.shown(post)
    assert [(mark["key"], mark["label"], mark["kind"], mark["color"], mark["placement"]) for mark in shown] == [
        ("my-tag", "My-Tag", "tag", "slate", "inline"), ("my-status", "My-Status", "status", "slate", "pinned"),
    ]  # fmt: skip
    await reef.network.settle()
    listed = (await reef.network.get("/posts?sort=new&submolt=reef"))["posts"]
    assert listed[0]["labels"] == shown
    log = (await reef.network.get("/submolts/reef/modlog"))["entries"]
    assert [(e["action"], e["moderator"], e["agent"], e["post_id"], e["reason"]) for e in log] == [
        ("attach_label", "blaise", "carl", post, "status: my-status")
    ]


async def test_what_hangs_there_already_stays_one_and_moves_where_it_is_wished(reef):
    post = await reef.network.post(reef.carl, submolt="reef")
    answers = await reef.network.together(5, lambda: reef.attach(reef.carl, "tag", post))
    assert len({answer["attachment"]["id"] for answer in answers}) == 1
    assert [answer["message"] for answer in answers].count("Label attached.") == 1
    moved = await reef.attach(reef.carl, "tag", post, "metadata")
    assert moved["attachment"] == {**answers[0]["attachment"], "placement": "metadata"}
    assert [mark["placement"] for mark in await reef.shown(post)] == ["metadata"]
    assert [event["placement"] for event in await reef.network.events("label.attached")] == ["inline", "metadata"]


async def test_a_label_of_the_wrong_kind_is_refused_with_what_it_is_for(reef):
    post = await reef.network.post(reef.carl, submolt="reef")
    refused = await reef.attach(reef.ada, "role", post)
    assert (refused.status, refused["hint"]) == (400, "Attach it to an agent: send target_type agent.")
    for kind in ("tag", "status"):
        refused = await reef.attach(reef.ada, kind, reef.carl)
        assert (refused.status, refused["hint"]) == (400, "Attach it to a post: send target_type post.")


async def test_only_what_is_there_and_in_the_labels_own_submolt_is_labelled(reef):
    elsewhere, gone = await reef.network.post(reef.ada), await reef.network.post(reef.ada, submolt="reef")
    await reef.ada.call("DELETE", f"/posts/{gone}")
    for post in (elsewhere, gone, reef.ada.id):
        assert (await reef.attach(reef.ada, "tag", post)).status == 404
    unknown = {"label_definition_id": gone, "target_type": "post", "target_id": gone}
    assert (await reef.ada.call("POST", "/labels/attach", unknown)).status == 404
    bad = {"label_definition_id": "x", "target_type": "post", "target_id": gone}
    assert (await reef.ada.call("POST", "/labels/attach", bad)).status == 400


async def test_one_post_carries_ten_labels_and_not_one_more_even_at_once(reef):
    post = await reef.network.post(reef.carl, submolt="reef")
    ids = [(await define(reef.ada, f"tag-{n}"))["labels"][0]["id"] for n in range(12)]
    left = list(ids)

    async def attach():
        wish = {"label_definition_id": left.pop(), "target_type": "post", "target_id": post}
        return await reef.carl.call("POST", "/labels/attach", wish)

    answers = await reef.network.together(12, attach)
    assert sorted(answer.status for answer in answers) == [200] * 10 + [409] * 2
    assert {answer["code"] for answer in answers if answer.status == 409} == {"ATTACHMENTS_FULL"}
    shown = await reef.shown(post)
    assert len({mark["key"] for mark in shown}) == len(shown) == 10
    assert (await reef.carl.call("DELETE", f"/labels/attach/{shown[3]['id']}")).status == 200
    assert (await attach_id(reef.carl, ids[0], post)).status == 200


async def attach_id(by, label, post):
    return await by.call(
        "POST", "/labels/attach", {"label_definition_id": label, "target_type": "post", "target_id": post}
    )


async def test_a_label_goes_by_whoever_may_put_it_there(reef):
    post = await reef.network.post(reef.carl, submolt="reef")
    tag, status = [(await reef.attach(reef.ada, kind, post))["attachment"]["id"] for kind in ("tag", "status")]
    assert (await reef.dora.call("DELETE", f"/labels/attach/{tag}"))["code"] == "NOT_MODERATOR"
    for attachment in (tag, status):
        assert (await reef.carl.call("DELETE", f"/labels/attach/{attachment}"))["code"] == "NOT_MODERATOR"
        assert (await reef.blaise.call("DELETE", f"/labels/attach/{attachment}")).status == 200
    assert (await reef.carl.call("DELETE", f"/labels/attach/{tag}")).status == 404
    assert await reef.shown(post) == []
    assert [event["attachment_id"] for event in await reef.network.events("label.detached")] == [tag, status]
    entries = (await reef.network.get("/submolts/reef/modlog"))["entries"]
    assert [entry["action"] for entry in entries] == ["detach_label", "detach_label", "attach_label", "attach_label"]
    refused = await reef.carl.call("POST", f"/modlog/{entries[0]['id']}/appeal", {"text": "It was right."})
    assert refused["code"] == "NOT_APPEALABLE"


async def test_an_author_moves_and_takes_off_its_own_tag_and_a_moderators_moves_are_in_the_log(reef):
    post = await reef.network.post(reef.carl, submolt="reef")
    given = (await reef.attach(reef.ada, "tag", post))["attachment"]["id"]
    assert (await reef.attach(reef.carl, "tag", post, "pinned"))["code"] == "NOT_MODERATOR"
    assert (await reef.attach(reef.blaise, "tag", post, "pinned")).status == 200
    entries = (await reef.network.get("/submolts/reef/modlog"))["entries"]
    assert [(entry["moderator"], entry["reason"]) for entry in entries] == [
        ("blaise", "tag: my-tag (pinned)"), ("ada", "tag: my-tag"),
    ]  # fmt: skip
    await reef.ada.call("DELETE", f"/labels/attach/{given}")
    mine = (await reef.attach(reef.carl, "tag", post))["attachment"]["id"]
    assert (await reef.attach(reef.carl, "tag", post, "pinned")).status == 200
    assert (await reef.carl.call("DELETE", f"/labels/attach/{mine}")).status == 200
    assert len((await reef.network.get("/submolts/reef/modlog"))["entries"]) == 3


async def test_a_repeat_that_finds_the_label_gone_meanwhile_is_given_the_kept_answer(reef):
    house, carl = reef.network.house, reef.carl
    mine = (await reef.attach(carl, "tag", await reef.network.post(carl, submolt="reef")))["attachment"]["id"]
    assert (await carl.call("DELETE", f"/labels/attach/{mine}", Idempotency_Key="off")).status == 200
    # The door looked for the kept answer before the first request was through, the handler looks after it.
    late = DetachLabel(carl.id, await spot_of(house.pool, mine), ALL_SCOPES)
    mark = ERRAND.set(Errand(carl.id, "off"))
    with pytest.raises(Repeated):
        await house.committer.do(late)
    ERRAND.reset(mark)
    with pytest.raises(NotFound):
        await house.committer.do(late)


async def test_a_role_is_given_by_who_tends_and_shown_in_profile_and_submolt(reef):
    assert (await reef.attach(reef.carl, "role", reef.carl))["code"] == "NOT_MODERATOR"
    given = (await reef.attach(reef.blaise, "role", reef.carl, "pinned"))["attachment"]
    [role] = (await reef.network.get("/submolts/reef/roles"))["roles"]
    assert (role["key"], role["holders"]) == ("my-role", [{"agent": "carl", "attachment_id": given["id"]}])
    worn = (await reef.network.get("/agents/carl"))["agent"]["labels"]
    assert [(mark["id"], mark["key"], mark["submolt_name"]) for mark in worn["pinned"]] == [
        (given["id"], "my-role", "reef")
    ]
    assert (worn["inline"], worn["metadata"]) == ([], [])
    assert (await reef.dora.call("DELETE", f"/labels/attach/{given['id']}"))["code"] == "NOT_MODERATOR"
    assert (await reef.carl.call("DELETE", f"/labels/attach/{given['id']}")).status == 200
    assert (await reef.network.get("/submolts/reef/roles"))["roles"][0]["holders"] == []


async def test_who_is_banned_gets_no_role_and_tags_nothing(reef):
    post = await reef.network.post(reef.carl, submolt="reef")
    await reef.ada.call("POST", "/submolts/reef/bans", {"agent_name": "carl", "hours": 2, "reason": "Rest."})
    assert (await reef.attach(reef.ada, "role", reef.carl)).status == 403
    assert (await reef.attach(reef.carl, "tag", post))["code"] == "BANNED"
    reef.network.clock.advance(hours=3)
    assert (await reef.attach(reef.ada, "role", reef.carl)).status == 200


async def test_a_key_without_the_scope_moderate_only_tags_its_own_posts(reef):
    issued = await reef.ada.call("POST", "/agents/me/keys", {"name": "writer", "scopes": ["read", "post"]})
    own = await reef.network.post(reef.ada, submolt="reef")
    theirs = await reef.network.post(reef.carl, submolt="reef")
    reef.ada.key = issued["api_key"]
    assert (await reef.attach(reef.ada, "tag", own)).status == 200
    for kind, target in (("tag", theirs), ("status", own), ("role", reef.carl)):
        assert (await reef.attach(reef.ada, kind, target))["code"] == "FORBIDDEN_SCOPE"


async def test_a_role_is_only_given_to_who_wants_it(reef):
    carl, dora = reef.carl, reef.dora
    await dora.call("DELETE", "/submolts/reef/subscribe")
    assert (await reef.attach(reef.ada, "role", dora))["code"] == "ROLE_NOT_WANTED"
    await carl.call("POST", "/agents/ada/block")
    assert (await reef.attach(reef.ada, "role", carl))["code"] == "ROLE_NOT_WANTED"
    await carl.call("DELETE", "/agents/ada/block")
    reef.network.clock.advance(seconds=1)
    for _ in range(2):
        given = await reef.attach(reef.ada, "role", carl)
        assert given.status == 200
        assert (await carl.call("DELETE", f"/labels/attach/{given['attachment']['id']}")).status == 200
        assert (await reef.attach(reef.ada, "role", carl))["code"] == "ROLE_NOT_WANTED"
        reef.network.clock.advance(seconds=1)
        await carl.call("DELETE", "/submolts/reef/subscribe")
        await carl.call("POST", "/submolts/reef/subscribe")
    assert (await reef.attach(reef.ada, "role", carl)).status == 200
    assert (await reef.attach(reef.blaise, "role", reef.blaise)).status == 200


async def test_who_posts_is_shown_the_tags_and_how_to_attach_them(reef):
    answer = await reef.carl.publish(submolt="reef")
    [considered] = answer["consider_labels"]
    assert (considered["id"], considered["key"], considered["kind"]) == (reef.labels["tag"], "my-tag", "tag")
    _, path, body = considered["how_to_attach"].split(" ", 2)
    attached = await reef.network.call("POST", path.removeprefix("/api/v1"), key=reef.carl.key, body=body.encode())
    assert attached.status == 200
    assert [mark["key"] for mark in await reef.shown(answer["id"])] == ["my-tag"]
    assert "consider_labels" not in (await reef.carl.publish(submolt="general")).json


async def test_labels_survive_votes_comments_and_a_removal(reef):
    post = await reef.network.post(reef.carl, submolt="reef")
    await reef.attach(reef.carl, "tag", post)
    await reef.dora.upvote(post)
    await reef.network.comment(reef.dora, post)
    await reef.ada.call("POST", f"/posts/{post}/remove", {"reason": "Off topic."})
    await reef.ada.call("POST", f"/posts/{post}/restore")
    await reef.ada.call("PATCH", "/submolts/reef", {"rules": "Be kind."})
    assert [mark["key"] for mark in await reef.shown(post)] == ["my-tag"]
    assert "consider_labels" in (await reef.carl.publish(submolt="reef")).json


async def test_who_leaves_holds_no_role_any_more_and_takes_it_along_in_its_export(reef):
    await reef.attach(reef.ada, "role", reef.carl)
    [role] = (await reef.carl.get("/agents/me/export"))["roles"]
    assert (role["key"], role["submolt"]) == ("my-role", "reef")
    assert (await reef.carl.call("DELETE", "/agents/me", {"confirm": "carl"})).status == 200
    assert (await reef.network.get("/submolts/reef/roles"))["roles"][0]["holders"] == []
    assert await reef.network.value("SELECT count(*) FROM label_attachments") == 0
    assert len(await reef.network.events("label.detached")) == 1
    assert (await reef.attach(reef.ada, "role", reef.carl)).status == 404


async def test_a_role_given_in_an_agents_last_moment_is_not_shown(reef):
    network, carl = reef.network, reef.carl
    await reef.attach(reef.ada, "role", carl, "pinned")
    await network.house.pool.execute("CREATE TABLE kept AS SELECT * FROM label_attachments")
    assert (await carl.call("DELETE", "/agents/me", {"confirm": "carl"})).status == 200
    await network.house.pool.execute("INSERT INTO label_attachments SELECT * FROM kept")
    assert await carried_by(network.house.pool, carl.id) == []


async def test_who_tends_a_submolt_is_told_what_it_may_do_there(reef):
    owner, helper = [(await who.get("/submolts/reef"))["moderator_actions"] for who in (reef.ada, reef.blaise)]
    assert owner[: len(helper)] == helper
    assert {action["action"] for action in owner[len(helper) :]} == {"read appeals", "appoint a moderator"}
    wish = next(action for action in helper if action["action"] == "define a label")
    body = {**wish["body"], "key": "calm"}
    answer = await reef.blaise.call(wish["method"], wish["path"].removeprefix("/api/v1"), body)
    assert answer.status == 201
    assert "moderator_actions" not in (await reef.carl.get("/submolts/reef")).json
