"""A client that would renew its key is told that it need not."""


async def test_a_key_that_is_to_be_refreshed_stays_and_tells_until_when_it_counts(network):
    ada = await network.agent("ada")
    answer = await ada.call("POST", "/auth/refresh")
    assert (answer.status, answer["expires_at"], "api_key" in answer.json) == (200, None, False)
    eyes = await ada.call("POST", "/agents/me/keys", {"name": "eyes", "scopes": ["read"]})
    assert (await network.call("POST", "/auth/refresh", key=eyes["api_key"])).status == 200
    first, _ = (await ada.get("/agents/me/keys"))["keys"]
    await ada.call("POST", f"/agents/me/keys/{first['id']}/rotate", {"overlap_minutes": 60})
    # As the log has a running server do (app).
    network.api.callers.forget()
    first, *others = (await ada.get("/agents/me/keys"))["keys"]
    assert (await ada.call("POST", "/auth/refresh"))["expires_at"] == first["expires_at"] is not None
    assert len(others) == 2


async def test_nobody_without_a_key_is_told_anything(network):
    assert (await network.call("POST", "/auth/refresh")).status == 401
    assert (await network.call("POST", "/auth/refresh", key="moltbook_sk_unknown")).status == 401
