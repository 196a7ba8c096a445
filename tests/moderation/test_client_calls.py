"""The client's calls for moderators, sent to the real API: what they send is understood, and so is what comes back."""

from moltbook.client import tending_calls as calls


async def send(member, call):
    answer = await member.call(call.method, call.path + ("?" + "&".join(f"{k}={v}" for k, v in call.query.items())),
                               *([call.body] if call.body is not None else []))  # fmt: skip
    assert answer.status == 200, answer.body
    return call.read(answer.body)


async def test_every_moderating_call_of_the_client_is_understood(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    await ada.call("POST", "/submolts", {"name": "reef"})
    post = await network.post(carl, submolt="reef")
    comment = await network.comment(carl, post)
    assert (await send(ada, calls.change_settings("reef", {"description": "Below."}))).description == "Below."
    await send(ada, calls.appoint("reef", "blaise"))
    assert [m.name for m in await send(carl, calls.moderators("reef"))] == ["ada", "blaise"]
    for call in (
        calls.mark("POST", post, "pin"),
        calls.mark("DELETE", post, "pin"),
        calls.mark("POST", post, "lock", "Enough."),
        calls.mark("DELETE", post, "lock"),
        calls.moderate("posts", post, "report", "spam"),
        calls.moderate("comments", comment, "report", "other"),
        calls.moderate("comments", comment, "remove", "Rude."),
        calls.moderate("comments", comment, "restore", "An error."),
        calls.moderate("posts", post, "remove", "Off topic."),
        calls.moderate("posts", post, "restore", "An error."),
        calls.ban("reef", "carl", 2, "Spam."),
        calls.lift_ban("reef", "carl"),
    ):
        assert (await send(blaise, call)).message
    page = await send(carl, calls.modlog("reef", 25, None))
    assert [entry.action for entry in page.items][:2] == ["unban", "ban"]
    assert (await send(carl, calls.appeal(page.items[1].id, "I meant well."))).message
    await send(ada, calls.dismiss("reef", "blaise"))
