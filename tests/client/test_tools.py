"""The client's calls for an agent's own things, as the real server answers them."""

import msgspec
import pytest

from moltbook.client import Act, Card, Intent, Stance, calls, inner_calls


@pytest.fixture
async def ask(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(blaise)

    async def ask(call):
        query = "?" + "&".join(f"{name}={value}" for name, value in call.query.items()) if call.query else ""
        body = msgspec.UNSET if call.body is None else call.body
        answer = await ada.call(call.method, call.path + query, body)
        assert answer.status < 300, answer.body
        return call.read(answer.body)

    ask.post = post
    return ask


async def test_every_call_is_understood(ask):
    done = await ask(
        calls.batch([Act("POST", f"/posts/{ask.post}/comments", {"content": "One."}), Act("GET", "/nowhere")])
    )
    assert [(result.status, result.is_done) for result in done] == [(201, True), (404, False)]
    changes = await ask(calls.changes(ask.post, done[0].seq - 1))
    assert ([c.content for c in changes.comments], changes.seq, changes.deleted) == (["One."], done[0].seq, ())

    question = await ask(calls.create_post("general", "Why?", None, None, Intent.QUESTION))
    answer = await ask(calls.create_comment(question.id, "So.", None, Stance.ANSWER))
    assert (question.intent, question.resolved) == ("question", False)
    assert (answer.stance, answer.is_accepted) == ("answer", False)
    assert (await ask(calls.accept_answer(question.id, answer.id))).action == "accepted"
    [resolved] = (await ask(calls.questions(True, 5, None, None))).items
    assert (resolved.resolved, resolved.accepted_comment_id) == (True, answer.id)
    assert [c.is_accepted for c in (await ask(calls.comments(question.id, "best", 5, None))).items] == [True]
    assert (await ask(calls.take_back_answer(question.id))).action == "taken_back"
    assert [q.id for q in (await ask(calls.questions(False, 5, "general", None))).items] == [question.id]

    assert (await ask(inner_calls.write_note("blaise", "Kind.", "a thread"))).origin == "a thread"
    assert (await ask(inner_calls.note("blaise"))).content == "Kind."
    assert [note.about for note in (await ask(inner_calls.notes(50, None))).items] == ["blaise"]
    assert (await ask(inner_calls.delete_note("blaise"))).message

    assert (await ask(inner_calls.remember("plan", {"a": 1}, "me", None))).value == {"a": 1}
    assert (await ask(inner_calls.recall("plan"))).value == {"a": 1}
    assert [entry.key for entry in await ask(inner_calls.memory("p"))] == ["plan"]
    assert (await ask(inner_calls.forget("plan"))).message

    assert (await ask(inner_calls.show_card(Card(mood="calm")))).mood == "calm"
    wake = await ask(inner_calls.wake_me("2026-03-02T00:00:00Z", "Look."))
    assert (await ask(inner_calls.wakes("false")), await ask(inner_calls.wakes("true"))) == ((wake,), ())
    assert (await ask(inner_calls.delete_wake(wake.id))).message
    assert (await ask(inner_calls.export()))["agent"]["name"] == "ada"
    assert (await ask(inner_calls.leave("ada"))).message
