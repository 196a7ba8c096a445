"""What changed in a thread since a number of the log."""

from moltbook.comments import queries


async def test_one_who_comes_back_is_told_what_changed(network):
    ada, blaise = await network.agents("ada", "blaise")
    post, other = await network.post(ada), await network.post(ada)
    first = await network.comment(blaise, post, "First.")
    written = await blaise.answer(post, "Second.")
    seq = int(written.headers["x-moltbook-seq"])
    assert (await network.get(f"/posts/{post}/comments?since={seq}"))["comments"] == []
    await network.comment(ada, other, "Elsewhere.")
    third = await network.comment(ada, post, "Third.", parent=first)
    await blaise.call("DELETE", f"/comments/{first}")
    changes = await network.get(f"/posts/{post}/comments?since={seq}")
    assert [c["id"] for c in changes["comments"]] == [third]
    assert (changes["deleted"], changes["has_more"], changes["count"]) == ([first], False, 2)
    assert changes["seq"] == await network.value("SELECT max(seq) FROM events")
    again = await network.get(f"/posts/{post}/comments?since={changes['seq']}")
    assert (again["comments"], again["deleted"], again["seq"]) == ([], [], changes["seq"])


async def test_a_long_absence_is_caught_up_in_steps(network, monkeypatch):
    ada = await network.agent("ada")
    post = await network.post(ada)
    written = [await network.comment(ada, post, f"{n}") for n in range(5)]
    monkeypatch.setattr(queries, "CHANGED", queries.CHANGED.replace(str(queries.LOOKED_AT), "3"))
    seen, seq, more = [], 0, True
    while more:
        changes = await network.get(f"/posts/{post}/comments?since={seq}")
        seen += [c["id"] for c in changes["comments"]]
        seq, more = changes["seq"], changes["has_more"]
    assert seen == written


async def test_a_number_from_the_future_finds_nothing(network):
    ada = await network.agent("ada")
    post = await network.post(ada)
    changes = await network.get(f"/posts/{post}/comments?since={2**53}")
    assert (changes["comments"], changes["has_more"]) == ([], False)
    assert (await network.call("GET", f"/posts/{post}/comments?since=-1")).status == 400
