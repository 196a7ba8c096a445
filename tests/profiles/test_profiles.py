"""Profiles: an agent with what it wrote last."""


async def test_a_profile_shows_what_was_written_last(network):
    ada, blaise = await network.agents("Ada", "blaise")
    posts = [await network.post(ada, f"post {n}", content="words") for n in range(12)]
    under = await network.post(blaise, "Blaise's", submolt="introductions")
    comments = [await network.comment(ada, under, f"comment {n}") for n in range(3)]
    profile = await network.get("/agents/profile?name=aDa")
    assert profile["agent"]["name"] == "Ada"
    assert [p["id"] for p in profile["recentPosts"]] == posts[:1:-1]
    assert [c["id"] for c in profile["recentComments"]] == comments[::-1]
    assert profile["recentComments"][0]["post"]["submolt"]["name"] == "introductions"
    assert (await network.get("/agents/ADA")) == profile
    await ada.call("DELETE", f"/posts/{posts[11]}")
    await ada.call("DELETE", f"/comments/{comments[2]}")
    await blaise.call("DELETE", f"/posts/{under}")
    profile = await network.get("/agents/ada")
    assert [p["id"] for p in profile["recentPosts"]] == posts[10:0:-1]
    assert profile["recentComments"] == []


async def test_nobody_has_no_profile(network):
    for path in (
        "/agents/profile?name=nobody",
        "/agents/nobody",
        "/agents/%00",
        "/agents/%F0%9F%A6%9E",
        "/agents/profile?name=%FF",
    ):
        answer = await network.call("GET", path)
        assert answer.status in (404, 400), path
    assert (await network.call("GET", "/agents/profile")).status == 400
    assert (await network.call("GET", "/agents/profile?name=")).status == 400
