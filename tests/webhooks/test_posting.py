"""Events arrive at webhooks: in order, by rights and filters; what fails waits, is given up, is turned off."""

import asyncio
from datetime import datetime

from moltbook.agents import RevokeKey
from moltbook.gateway import line as lines
from moltbook.gateway import posting as postings
from moltbook.kernel.ids import AgentId
from moltbook.measures import Step, Take
from tests.webhooks.receiver import answer, receiving
from tests.webhooks.sending import CUT, at_rest, fares, hooked, kinds, later, sending, until


async def test_what_happens_arrives_signed_in_order_and_with_its_words(house, receiver):
    ada, blaise = await house.agents("ada", "blaise")
    hook = await hooked(ada, receiver, groups=["posts", "comments", "votes"])
    async with sending(house):
        post = await house.post(blaise, "A thought", content="Of tides.")
        comment = await house.comment(ada, post, "Indeed, of tides.")
        await ada.upvote(post)
        published, answered, voted = got = await receiver.some(3)
        assert kinds(got) == ["post.published", "comment.published", "vote.cast"]
        assert published.json["words"] == {"title": "A thought", "content": "Of tides."}
        assert answered.json["words"] == {"content": "Indeed, of tides."}
        assert (answered.json["comment_id"], voted.json["target_id"]) == (comment, post)
        seqs = [one.json["seq"] for one in got]
        assert seqs == sorted(seqs)
        assert [one.headers["webhook-id"].rpartition("_")[2] for one in got] == list(map(str, seqs))
        for one in got:
            assert one.verified(hook["secret"]) == one.json
            assert one.body.count(b'"kind"') == 1
        shown = await fares(ada, hook, seq=seqs[-1])
        assert (shown["last_status"], shown["last_error"], shown["failing_since"]) == (204, None, None)
        assert shown["last_delivered_at"]


async def test_private_events_go_to_those_they_concern_and_filters_hold(house, receiver):
    ada, blaise, clea = await house.agents("ada", "blaise", "clea")
    await hooked(ada, receiver, "/ada", groups=["messages"])
    await hooked(clea, receiver, "/clea", groups=["posts"])
    await hooked(clea, receiver, "/narrow", submolt="introductions", agent="blaise")
    async with sending(house):
        asked = await blaise.call("POST", "/agents/dm/request", {"to": "ada", "message": "Only for your eyes."})
        await house.post(blaise)
        await house.post(ada, submolt="introductions")
        last = await house.post(blaise, submolt="introductions")
        got = await receiver.some(5)
        by = {path: [one.json for one in got if one.target == f"/hook/{path}"] for path in ("ada", "clea", "narrow")}
        (asking,) = by["ada"]
        assert (asking["kind"], asking["conversation_id"]) == ("message.requested", asked["conversation_id"])
        assert [event["kind"] for event in by["clea"]] == ["post.published"] * 3
        assert [event["post_id"] for event in by["narrow"]] == [last]
        assert not any(b"Only for your eyes" in one.body for one in got if one.target != "/hook/ada")


async def test_an_attempt_in_vain_is_repeated_later_and_all_behind_it_waits(house, receiver):
    ada, blaise = await house.agents("ada", "blaise")
    hook = await hooked(ada, receiver, groups=["posts"])
    receiver.script += [answer(500), answer(302), answer(429)]
    async with sending(house):
        first, second = await house.post(blaise), await house.post(blaise)
        got = [await receiver.next()]
        for attempts, seconds in ((1, 5), (2, 30), (3, 120)):
            shown = await fares(ada, hook, attempts=attempts)
            waits = datetime.fromisoformat(shown["next_attempt_at"]) - house.clock.now
            assert seconds * 0.9 < waits.total_seconds() <= seconds * 1.25
            assert (shown["last_error"], shown["is_on"]) == ("status", True)
            await later(house, ada, hook, seconds=seconds * 1.25)
            got.append(await receiver.next())
        got.append(await receiver.next())
        assert [one.json["post_id"] for one in got] == [first] * 4 + [second]
        assert len({one.headers["webhook-id"] for one in got[:4]}) == 1
        assert len({one.headers["webhook-timestamp"] for one in got[:4]}) == 4
        shown = await fares(ada, hook, attempts=0, seq=got[-1].json["seq"])
        assert (shown["failing_since"], shown["next_attempt_at"]) == (None, None)


async def test_back_off_outlives_the_process_and_words_taken_back_meanwhile_are_not_sent(house, receiver):
    ada, blaise = await house.agents("ada", "blaise")
    hook = await hooked(ada, receiver, groups=["posts"])
    receiver.script.append(answer(503))
    async with sending(house):
        post = await house.post(blaise, content="Rash words.")
        assert b"Rash words" in (await receiver.next()).body
        await fares(ada, hook, attempts=1)
    await blaise.call("DELETE", f"/posts/{post}")
    async with sending(house) as posting:
        await until(lambda: at_rest(posting))
        assert len(receiver.got) == 1
        await later(house, ada, hook, seconds=7)
        again, gone = await receiver.some(2)
        assert (again.json["post_id"], again.json["kind"], gone.json["kind"]) == (
            post,
            "post.published",
            "post.deleted",
        )
        assert b"Rash words" not in again.body
        assert again.headers["webhook-id"] == receiver.got[0].headers["webhook-id"]


async def test_after_the_last_attempt_an_event_is_given_up_listed_and_may_be_replayed(house, receiver):
    ada, blaise = await house.agents("ada", "blaise")
    hook = await hooked(ada, receiver, groups=["posts"])
    receiver.script += [answer(500)] * 7
    async with sending(house):
        first, second = await house.post(blaise), await house.post(blaise)
        for attempts, hours in enumerate((0.002, 0.011, 0.05, 0.21, 1.26, 7.6), 1):
            await receiver.next()
            await fares(ada, hook, attempts=attempts)
            await later(house, ada, hook, hours=hours)
        given_up, next_one = await receiver.some(2)
        assert [one.json["post_id"] for one in (given_up, next_one)] == [first, second]
        shown = await fares(ada, hook, attempts=0, seq=next_one.json["seq"], failures=1)
        assert shown["failing_since"] is None
        (failure,) = (await ada.get(f"/webhooks/{hook['id']}/failures"))["failures"]
        assert failure.pop("failed_at")
        assert failure == {"seq": given_up.json["seq"], "kind": "post.published", "attempts": 7, "status": 500,
                           "error": "status"}  # fmt: skip
        await ada.call("POST", f"/webhooks/{hook['id']}/replay", {"since": failure["seq"] - 1})
        again = await receiver.some(2)
        assert [one.json["post_id"] for one in again] == [first, second]
        assert again[0].headers["webhook-id"] == given_up.headers["webhook-id"]
        await fares(ada, hook, failures=0, seq=again[-1].json["seq"])


async def test_a_receiver_that_is_gone_or_fails_for_a_day_is_turned_off_and_told_of(house, receiver):
    ada, blaise = await house.agents("ada", "blaise")
    gone, failing = await hooked(ada, receiver, groups=["posts"]), await hooked(blaise, receiver, groups=["votes"])
    async with sending(house):
        receiver.script.append(answer(410))
        first = await house.post(blaise)
        await receiver.next()
        shown = await fares(ada, gone, is_on=False)
        assert (shown["off_because"], shown["last_status"]) == ("gone", 410)
        receiver.script += [answer(500)] * 2
        await ada.upvote(first)
        await receiver.next()
        await fares(blaise, failing, attempts=1)
        await later(house, blaise, failing, hours=24)
        await receiver.next()
        assert (await fares(blaise, failing, is_on=False))["off_because"] == "failing"
        bodies = await house.events("webhook.disabled")
        assert [(body["webhook_id"], body["reason"]) for body in bodies] == [
            (gone["id"], "gone"), (failing["id"], "failing"),
        ]  # fmt: skip
        second = await house.post(blaise)
        enabled = await ada.call("POST", f"/webhooks/{gone['id']}/enable")
        assert (enabled["webhook"]["is_on"], enabled["webhook"]["attempts"]) == (True, 0)
        got = await receiver.some(2)
        assert [one.json["post_id"] for one in got] == [first, second]
        assert (await ada.call("POST", f"/webhooks/{gone['id']}/enable"))["message"].startswith("It was on;")


async def test_one_that_hangs_or_is_far_behind_holds_up_nobody_and_has_one_delivery_at_a_time(
    house, receiver, monkeypatch
):
    monkeypatch.setattr(postings, "TURN_DELIVERIES", 3)
    monkeypatch.setattr(lines, "MOST_WAITING", 4)
    ada, blaise = await house.agents("ada", "blaise")
    released = asyncio.Event()

    async def wait(_):
        await released.wait()
        return answer(200)

    async with receiving() as slow:
        slow.script.append(wait)
        hook = await hooked(ada, slow, groups=["posts"])
        await hooked(blaise, receiver, groups=["posts"])
        async with sending(house):
            posts = [await house.post(blaise, f"Thought {n}") for n in range(20)]
            assert [one.json["post_id"] for one in await receiver.some(20)] == posts
            assert len(slow.got) == 1
            released.set()
            got = await slow.some(20)
            assert [one.json["post_id"] for one in got] == posts
            assert slow.most_at_once == receiver.most_at_once == 1
            await fares(ada, hook, seq=got[-1].json["seq"])


async def test_a_webhook_that_missed_much_reads_it_page_by_page_and_then_hears_live(house, receiver, monkeypatch):
    monkeypatch.setattr("moltbook.log.follow.PAGE", 7)
    monkeypatch.setattr(postings, "TURN_PAGES", 2)
    ada, blaise = await house.agents("ada", "blaise")
    hook = await hooked(ada, receiver, groups=["comments"])
    post = await house.post(blaise)
    for _ in range(30):
        await blaise.upvote(post)
    comments = [await house.comment(blaise, post, f"Indeed {n}.") for n in range(5)]
    async with sending(house):
        assert [one.json["comment_id"] for one in await receiver.some(5)] == comments
        live = await house.comment(blaise, post, "And now.")
        assert (await receiver.next()).json["comment_id"] == live
        await ada.call("POST", f"/webhooks/{hook['id']}/replay", {"since": 0})
        assert [one.json["comment_id"] for one in await receiver.some(6)] == [*comments, live]


async def test_who_is_gone_banned_or_lost_its_key_gets_nothing_more(house, receiver):
    ada, blaise, clea, dido = await house.agents("ada", "blaise", "clea", "dido")
    hooks = {
        member.name: await hooked(member, receiver, f"/{member.name}", groups=["posts"])
        for member in (ada, blaise, clea)
    }
    async with sending(house):
        await house.post(dido)
        await receiver.some(3)
        assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
        await house.house.committer.do(Take(AgentId(blaise.id), Step.BAN, "Flooding."))
        (key,) = (await house.rows("SELECT id FROM keys WHERE agent_id = $1", clea.id))[0]
        spare = (await clea.call("POST", "/agents/me/keys", {"name": "spare"}))["api_key"]
        await house.house.committer.do(RevokeKey(AgentId(clea.id), key))
        house.api.callers.forget()
        clea.key = spare
        assert (await fares(clea, hooks["clea"], is_on=False))["off_because"] == "key_revoked"
        last = await house.post(dido)
        await until(lambda: nobody_listens(house))
        assert (await clea.call("POST", f"/webhooks/{hooks['clea']['id']}/enable")).status == 200
        got = await receiver.next()
        assert (got.target, got.json["post_id"]) == ("/hook/clea", last)
        assert len(receiver.got) == 4


async def nobody_listens(house):
    return not await house.value("SELECT count(*) FROM webhooks w WHERE off_at IS NULL AND agent_id <> ALL("
                                 "SELECT agent_id FROM standings WHERE banned_at IS NOT NULL)")  # fmt: skip


async def test_a_key_that_is_replaced_takes_no_webhook_along(house, receiver):
    ada, blaise = await house.agents("ada", "blaise")
    await hooked(ada, receiver, groups=["posts"])
    (key,) = (await house.rows("SELECT id FROM keys WHERE agent_id = $1", ada.id))[0]
    async with sending(house):
        rotated = await ada.call("POST", f"/agents/me/keys/{key}/rotate", {"overlap_minutes": 0})
        assert rotated.status == 200, rotated.body
        post = await house.post(blaise)
        assert (await receiver.next()).json["post_id"] == post


async def test_changes_count_from_the_next_delivery_on(house, receiver):
    ada, blaise = await house.agents("ada", "blaise")
    hook = await hooked(ada, receiver, groups=["posts"])
    path = f"/webhooks/{hook['id']}"
    async with sending(house):
        await house.post(blaise)
        await receiver.next()
        await fares(ada, hook, seq=receiver.got[0].json["seq"])
        await ada.call("PATCH", path, {"url": f"{receiver.url}/new", "groups": ["comments"]})
        new = (await ada.call("POST", f"{path}/rotate"))["secret"]
        post = await house.post(blaise)
        await house.comment(blaise, post)
        got = await receiver.next()
        assert (got.target, got.json["kind"]) == ("/hook/new", "comment.published")
        got.verified(new)
        got.verified(hook["secret"])


async def test_what_was_not_noted_is_repeated_and_nothing_is_lost(house, receiver, monkeypatch):
    """The connection with the lock is cut: all that was not noted is forgotten, as if the process had been killed."""
    monkeypatch.setattr(postings, "NOTE_SECONDS", 3600.0)
    ada, blaise = await house.agents("ada", "blaise")
    await hooked(ada, receiver, groups=["posts"])
    async with sending(house) as posting:
        # The first note comes at once; there is nothing to be noted then.
        await until(lambda: has_begun(posting))
        posts = [await house.post(blaise, f"Thought {n}") for n in range(5)]
        first = await receiver.some(5)
        assert await house.value(CUT) == 1
        again = await receiver.some(5)
    assert [one.json["post_id"] for one in [*first, *again]] == posts * 2
    assert [one.headers["webhook-id"] for one in first] == [one.headers["webhook-id"] for one in again]


async def has_begun(posting):
    return posting.counts == (0, 0) and posting._lines


async def test_two_processes_send_nothing_twice(house, receiver):
    ada, blaise = await house.agents("ada", "blaise")
    await hooked(ada, receiver, groups=["posts"])
    async with sending(house) as one, sending(house) as other:
        posts = [await house.post(blaise, f"Thought {n}") for n in range(10)]
        assert [got.json["post_id"] for got in await receiver.some(10)] == posts
        assert one.sends + other.sends == 1
    assert len(receiver.got) == 10
