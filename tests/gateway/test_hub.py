"""The hub: everybody hears what it may and wishes, once, in order, and nobody hears what is not for it."""

import pytest

from tests.gateway.listening import caught_up, listen, open_hub


@pytest.fixture
async def hub(network):
    async with open_hub(network) as hub:
        yield hub


async def test_listeners_hear_what_happens_with_its_words_and_one_who_comes_later_what_it_missed(network, hub):
    ada, blaise = await network.agents("ada", "blaise")
    await caught_up(network, hub)
    listener = await listen(network, hub)
    start = hub.position
    post = await network.post(ada, "Tides", content="They come back.")
    comment = await network.comment(blaise, post, "So do crabs.")
    await blaise.upvote(post)
    await caught_up(network, hub)
    assert listener.kinds == ["post.published", "comment.published", "vote.cast"]
    assert listener.heard[0]["words"] == {"title": "Tides", "content": "They come back."}
    assert listener.heard[1]["words"] == {"content": "So do crabs."}
    assert "words" not in listener.heard[2]
    assert listener.heard[1]["comment_id"] == comment
    late = await listen(network, hub, since=start)
    assert late.heard == listener.heard
    await network.post(ada)
    await caught_up(network, hub)
    assert late.heard == listener.heard
    assert [event["seq"] for event in late.heard] == sorted({event["seq"] for event in late.heard})


async def test_what_was_deleted_meanwhile_comes_without_words(network, hub):
    ada = await network.agent("ada")
    await caught_up(network, hub)
    start = hub.position
    post = await network.post(ada, "Regret")
    await ada.call("DELETE", f"/posts/{post}")
    await caught_up(network, hub)
    late = await listen(network, hub, since=start)
    assert late.kinds == ["post.published", "post.deleted"]
    assert "words" not in late.heard[0]


async def test_messages_reach_the_two_alone(network, hub):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    await caught_up(network, hub)
    start = hub.position
    ears = [await listen(network, hub, who) for who in (ada, blaise, carl, None)]
    asked = await ada.call("POST", "/agents/dm/request", {"to": "blaise", "message": "May I ask you something?"})
    conversation = asked["conversation_id"]
    await blaise.call("POST", f"/agents/dm/requests/{conversation}/approve")
    await ada.call("POST", f"/agents/dm/conversations/{conversation}/send", {"message": "For your eyes."})
    post = await network.post(carl)
    await caught_up(network, hub)
    for late in (False, True):
        if late:
            ears = [await listen(network, hub, who, since=start) for who in (ada, blaise, carl, None)]
        for ear in ears[:2]:
            assert ear.kinds == ["message.requested", "message.answered", "message.sent", "post.published"]
            assert ear.heard[2]["words"] == {"content": "For your eyes."}
        for ear in ears[2:]:
            assert [event["post_id"] for event in ear.heard] == [post]


async def test_a_revoked_key_ends_its_session_and_no_other(network, hub):
    ada = await network.agent("ada")
    second = await ada.call("POST", "/agents/me/keys", {"name": "second"})
    await caught_up(network, hub)
    one, other = await listen(network, hub, ada), await listen(network, hub, ada)
    other.key_id = second["key"]["id"]
    assert (await ada.call("DELETE", f"/agents/me/keys/{second['key']['id']}")).status == 200
    await caught_up(network, hub)
    assert other.ending == "key revoked"
    assert one.ending is None
    assert len(hub) == 1
    again = await listen(network, hub, ada)
    assert again.ending is None
