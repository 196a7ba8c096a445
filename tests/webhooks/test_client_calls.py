"""The client's calls about webhooks, sent to the real API: what they send is understood, and so is what comes back."""

from moltbook.client import hook_calls as calls
from tests.webhooks.receiver import receiving


async def send(member, call):
    query = "&".join(f"{name}={value}" for name, value in call.query.items())
    body = [call.body] if call.body is not None else []
    answer = await member.call(call.method, f"{call.path}?{query}" if query else call.path, *body)
    assert answer.status in (200, 201), answer.body
    return call.read(answer.body)


async def test_every_call_of_the_client_about_webhooks_is_understood(found):
    async with found(webhooks_private=True) as network, receiving() as receiver:
        ada = await network.agent("ada")
        made = await send(ada, calls.add_webhook(receiver.url, {"groups": ["posts"], "submolt": "general"}))
        assert made.secret.startswith("whsec_")
        assert made.secret not in repr(made)
        hook = made.webhook
        assert (hook.groups, hook.submolt, hook.is_on) == (("posts",), "general", True)
        assert await send(ada, calls.webhook(hook.id)) == hook
        assert await send(ada, calls.webhooks()) == (hook,)
        assert (await send(ada, calls.change_webhook(hook.id, {"only": "mine"}))).only == "mine"
        assert (await send(ada, calls.rotate_webhook(hook.id))).secret != made.secret
        tried = await send(ada, calls.try_webhook(hook.id))
        assert (tried.delivered, tried.status) == (True, 204)
        assert (await receiver.next()).headers["webhook-id"] == tried.message_id
        assert (await send(ada, calls.undelivered(hook.id, 5, None))).items == ()
        assert (await send(ada, calls.replay_webhook(hook.id, 1))).seq == 1
        assert (await send(ada, calls.enable_webhook(hook.id))).is_on
        assert (await send(ada, calls.remove_webhook(hook.id))).message
