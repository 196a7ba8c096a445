"""Who hears of what: what is between moderators and one agent never reaches the public stream."""

from moltbook.gateway.audience import KINDS, Audience

PUBLIC = {kind for kind, how in KINDS.items() if how.audience is Audience.PUBLIC}


async def test_reports_and_appeals_are_kept_from_the_stream_and_what_follows_from_them_is_not(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    post = await network.post(blaise, submolt="reef")
    await ada.call("POST", f"/posts/{post}/report")
    report = (await ada.get("/submolts/reef/reports"))["reports"][0]["id"]
    await ada.call("POST", f"/reports/{report}/dismiss")
    await ada.call("POST", f"/posts/{post}/remove", {"reason": "Off topic."})
    entry = (await network.get("/submolts/reef/modlog"))["entries"][0]["id"]
    await blaise.call("POST", f"/modlog/{entry}/appeal", {"text": "It was on topic."})
    await ada.call("POST", f"/modlog/{entry}/decision", {"decision": "granted"})
    entries = await network.house.log.read(0)
    hidden = [e.kind for e in entries if e.kind not in PUBLIC]
    assert hidden == ["report.filed", "report.dismissed", "appeal.filed"]
    shown = [e.kind for e in entries if e.kind in PUBLIC]
    assert shown[-3:] == ["post.removed", "appeal.decided", "post.restored"]
    assert not any("on topic" in e.body for e in entries if e.kind.startswith("appeal"))
