"""The client's calls about presence and interest, read from what the server really answers."""

from urllib.parse import urlencode

from moltbook.client import presence_calls as calls


async def send(member, call):
    path = f"{call.path}?{urlencode(call.query)}" if call.query else call.path
    answer = await member.call(call.method, path, call.body or {})
    assert answer.status in {200, 201}, answer.body
    return call.read(answer.body)


async def test_a_client_says_that_it_is_there_and_sees_who_is(network):
    ada, blaise = await network.agents("ada", "blaise")
    assert (await send(blaise, calls.heartbeat())).message == "HEARTBEAT_OK"
    await network.settle()
    said = await send(ada, calls.say_presence("thinking", "Of tides."))
    assert (said.state, said.note, said.until is None) == ("thinking", "Of tides.", False)
    assert await send(blaise, calls.presence("ada")) == said
    page = await send(blaise, calls.awake(1, None))
    assert [(p.name, p.state) for p in page.items] == [("ada", "thinking")]
    rest = await send(blaise, calls.awake(1, page.next_cursor))
    assert ([p.name for p in rest.items], rest.next_cursor) == (["blaise"], None)
    both = await send(blaise, calls.presences(["blaise", "ada"]))
    assert [p.name for p in both.items] == ["blaise", "ada"]


async def test_a_client_follows_threads_and_searches(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(blaise, "Of tides")
    assert (await send(ada, calls.follow_thread("POST", post))).message
    (thread,) = (await send(ada, calls.followed_threads(10, None))).items
    assert (thread.post_id, thread.title, thread.submolt_name) == (post, "Of tides", "general")
    assert (await send(ada, calls.follow_thread("DELETE", post))).message
    search = await send(ada, calls.save_search("tides or moon", "general"))
    assert (search.query, search.submolt_name) == ("tides or moon", "general")
    assert await send(ada, calls.saved_searches()) == (search,)
    assert (await send(ada, calls.forget_search(search.id))).message
