"""The pages for owners: claiming, logging in, looking, and what their buttons do."""

import re

import pytest

from moltbook.agents import IssueKey, keys_of
from moltbook.agents.rules import MOST_KEYS
from moltbook.identity import AddApp
from moltbook.measures import Step, Take
from moltbook.settings import ClaimMode
from tests.owners.browser import Person

MAIL = "human@example.org"
KEY = re.compile(r"moltbook_sk_[\w-]+")


def claim_path(agent):
    return "/claim/" + agent.told["claim_url"].rsplit("/", 1)[1]


async def claimed(town, office, agent, mail=MAIL, person=None):
    """A person who has claimed this agent."""
    person = person or Person(town)
    assert (await person.send(claim_path(agent), {"email": mail})).status == 200
    await town.house.mail.finish()
    assert (await person.come_in(office.token())).status == 303
    return person


async def test_a_human_claims_an_agent(town, office):
    ada = await town.agent("ada")
    person = Person(town)
    page = await person.get(claim_path(ada))
    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    assert b"ada waits for you" in page.body
    asked = await person.send(claim_path(ada), {"email": MAIL})
    assert (asked.status, b"Look into your mail" in asked.body) == (200, True)
    await town.house.mail.finish()
    path = f"/owner/enter/{office.token()}"
    # Looking at the link, as a mail scanner does, changes nothing.
    for _ in range(2):
        assert b"Is ada yours?" in (await person.get(path)).body
    assert (await ada.get("/agents/status"))["status"] == "pending_claim"
    entered = await person.send(path)
    assert (entered.status, entered.headers["location"]) == (303, f"/owner/agents/{ada.id}")
    cookie = entered.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=lax", "path=/owner", "max-age=2592000"):
        assert part in cookie
    assert "secure" not in cookie
    assert (await ada.get("/agents/status"))["status"] == "claimed"
    assert b"Newest posts" in (await person.get(f"/owner/agents/{ada.id}")).body
    again = await person.get(path)
    assert (again.status, b"counts no longer" in again.body) == (410, True)
    assert b"ada has its human" in (await person.get(claim_path(ada))).body


async def test_an_app_hears_that_somebody_stands_behind_an_agent_and_not_who(town, office):
    ada = await town.agent("ada")
    key = town.house.keyring.new_app_key()
    await town.house.committer.do(AddApp("An app", town.house.keyring.digest(key)))

    async def told():
        token = (await ada.call("POST", "/agents/me/identity-token"))["identity_token"]
        headers = {"x-moltbook-app-key": key}
        return (await town.call("POST", "/agents/verify-identity", json={"token": token}, headers=headers))["agent"]

    assert (await told())["human"] is None
    await claimed(town, office, ada)
    assert (await told())["human"] == {"username": None, "email_verified": True}


async def test_behind_https_the_cookie_is_secure(found, office):
    async with found(claim=ClaimMode.MANUAL, smtp_url=office.url, public_url="https://reef.example") as network:
        ada, person = await network.agent("ada"), Person(network)
        await person.send(claim_path(ada), {"email": MAIL})
        await network.house.mail.finish()
        assert "https://reef.example/owner/enter/" in office.letters[0].get_content()
        assert "secure" in (await person.come_in(office.token())).headers["set-cookie"].lower()


async def test_a_claim_page_of_nobody_is_missing(town):
    person = Person(town)
    for path in ("/claim/moltbook_claim_x", "/claim/%00", "/owner/nothing"):
        assert (await person.get(path)).status == 404
    assert (await person.send("/claim/x", {"email": MAIL})).status == 404
    assert (await person.get("/owner/enter/x")).status == 410
    assert (await person.send("/owner/enter/x")).status == 410


async def test_the_originals_address_leads_to_the_login(town):
    answer = await Person(town).get("/login")
    assert (answer.status, answer.headers["location"]) == (303, "/owner/login")


async def test_logging_in_looks_the_same_for_everybody(town, office):
    ada = await town.agent("ada")
    await claimed(town, office, ada)
    person = Person(town)
    answers = [await person.send("/owner/login", {"email": mail}) for mail in (MAIL, "nobody@example.org")]
    await town.house.mail.finish()
    assert answers[0].body == answers[1].body
    assert len(office.letters) == 2
    assert (await person.come_in(office.token())).headers["location"] == "/owner"
    page = await person.get("/owner")
    assert b">ada</a>" in page.body.replace(b"</svg>", b">")
    assert (await person.send("/owner/login", {"email": "no address"})).status == 400


async def test_without_a_session_there_is_only_the_way_in(town, office):
    ada = await town.agent("ada")
    stranger = Person(town)
    for cookie in ("", "moltbook_owner=guess"):
        stranger.cookie = cookie
        for path in ("/owner", f"/owner/agents/{ada.id}", f"/owner/agents/{ada.id}/messages/{ada.id}"):
            answer = await stranger.get(path)
            assert (answer.status, answer.headers["location"]) == (303, "/owner/login")
        for path in ("keys", f"keys/{ada.id}/rotate", f"keys/{ada.id}/revoke", "let-go", "delete"):
            answer = await stranger.send(f"/owner/agents/{ada.id}/{path}")
            assert (answer.status, answer.headers["location"]) == (303, "/owner/login")


async def test_logging_out_ends_the_session(town, office):
    person = await claimed(town, office, await town.agent("ada"))
    kept = person.cookie
    await person.get("/owner")
    assert (await person.send("/owner/logout")).headers["location"] == "/owner/login"
    person.cookie = kept
    assert (await person.get("/owner")).status == 303
    assert await town.value("SELECT count(*) FROM owner_sessions") == 0


async def test_an_owner_logs_out_in_all_other_browsers(town, office):
    ada, blaise = await town.agents("ada", "blaise")
    desk = await claimed(town, office, ada)
    phone, stranger = await claimed(town, office, ada, person=None), await claimed(town, office, blaise, "other@e.org")
    lost = Person(town)
    lost.cookie = phone.cookie
    assert b"Log out in 1 other browser<" in (await desk.get("/owner")).body
    # Only with the proof of one's own page.
    assert (await Person(town).send("/owner/logout-others")).headers["location"] == "/owner/login"
    assert (await desk.send("/owner/logout-others")).headers["location"] == "/owner"
    assert [(await person.get("/owner")).status for person in (desk, phone, lost, stranger)] == [200, 303, 303, 200]
    assert b"other browser" not in (await desk.get("/owner")).body


async def test_a_session_ends_after_thirty_days(town, office):
    person = await claimed(town, office, await town.agent("ada"))
    town.clock.advance(days=29)
    assert (await person.get("/owner")).status == 200
    town.clock.advance(days=1)
    assert (await person.get("/owner")).status == 303


async def test_an_agent_of_somebody_else_is_not_there(town, office):
    ada, blaise = await town.agents("ada", "blaise")
    await claimed(town, office, ada)
    other = await claimed(town, office, blaise, "other@example.org")
    await other.get("/owner")
    base = f"/owner/agents/{ada.id}"
    assert (await other.get(base)).status == 404
    assert (await other.get(f"{base}/messages/{ada.id}")).status == 404
    await other.get("/owner")
    (key,) = await keys_of(town.house.pool, ada.id)
    for path, fields in (
        ("keys", {"name": "x", "scope": "read"}), (f"keys/{key.id}/rotate", {"minutes": "60"}),
        (f"keys/{key.id}/revoke", {}), ("let-go", {}), ("delete", {"confirm": "ada"}),
    ):  # fmt: skip
        await other.get("/owner")
        assert (await other.send(f"{base}/{path}", fields)).status == 404
    # Nor does a key of another agent open by the path of one's own.
    await other.get("/owner")
    assert (await other.send(f"/owner/agents/{blaise.id}/keys/{key.id}/revoke")).status == 404
    assert (await ada.get("/agents/me")).status == 200


@pytest.mark.parametrize(
    "headers",
    [{"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}, {"sec_fetch_site": "none"}],
)  # fmt: skip
async def test_a_form_of_another_page_changes_nothing(town, office, headers):
    ada = await town.agent("ada")
    person = await claimed(town, office, ada)
    await person.get(f"/owner/agents/{ada.id}")
    assert (await person.send(f"/owner/agents/{ada.id}/let-go", **headers)).status == 403
    assert (await person.send("/owner/login", {"email": MAIL}, **headers)).status == 403
    assert (await person.get(f"/owner/agents/{ada.id}")).status == 200


async def test_a_form_without_its_proof_changes_nothing(town, office):
    ada, blaise = await town.agents("ada", "blaise")
    person = await claimed(town, office, ada)
    other = await claimed(town, office, blaise, "other@example.org")
    base = f"/owner/agents/{ada.id}"
    person.page = None
    assert (await person.send(f"{base}/let-go")).status == 403
    # The proof of another session is none.
    await other.get("/owner")
    person.page = other.page
    assert (await person.send(f"{base}/let-go")).status == 403
    assert (await person.get(base)).status == 200


async def test_an_older_browser_says_where_its_form_comes_from(town, office):
    ada = await town.agent("ada")
    person = await claimed(town, office, ada)
    from starlette.requests import Request

    from moltbook.web.forms import ForeignForm, ensure_own_page

    def request(**headers):
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        return Request({"type": "http", "headers": raw})

    ensure_own_page(request(host="reef.example:80", origin="http://reef.example:80"))
    ensure_own_page(request(host="reef.example"))
    for origin in ("http://evil.example", "null", "http://reef.example.evil.example", "http://[", "http://[x]"):
        with pytest.raises(ForeignForm):
            ensure_own_page(request(host="reef.example", origin=origin))
    assert (await person.get("/owner")).status == 200


async def test_the_desk_shows_what_the_agent_did_and_said(town, office):
    ada, blaise = await town.agents("ada", "blaise")
    person = await claimed(town, office, ada)
    await claimed(town, office, blaise, "other@example.org")
    post = await town.post(ada, "On <b>tides</b>")
    await town.comment(ada, post, "They come <script>alert(1)</script> back.")
    asked = await blaise.call("POST", "/agents/dm/request", {"to": "ada", "message": "May I ask <i>you</i> something?"})
    talk = asked["conversation_id"]
    desk = (await person.get(f"/owner/agents/{ada.id}")).body.decode()
    for part in ("On &lt;b&gt;tides", "They come", "with blaise", "pending", "default", "read, post, moderate"):
        assert part in desk, part
    assert "<script>alert" not in desk
    page = (await person.get(f"/owner/agents/{ada.id}/messages/{talk}")).body.decode()
    assert "something?" in page
    assert "<i>you" not in page
    # Reading along marks nothing as read and answers nothing.
    assert (await ada.get("/agents/dm/check"))["requests"]["count"] == 1
    assert ada.key not in desk


async def test_an_owner_recovers_an_agent_that_lost_its_keys(town, office):
    ada = await town.agent("ada")
    person = await claimed(town, office, ada)
    base = f"/owner/agents/{ada.id}"
    (key,) = await keys_of(town.house.pool, ada.id)
    await person.get(base)
    assert (await person.send(f"{base}/keys/{key.id}/revoke")).status == 303
    town.api.callers.forget()
    assert (await ada.get("/agents/me")).status == 401
    assert b"locked out" in (await person.get(base)).body
    issued = await person.send(f"{base}/keys", {"name": "found again", "scope": ["read", "post"]})
    assert issued.status == 200
    new = KEY.search(issued.body.decode())[0]
    assert (await town.call("GET", "/agents/me", key=new)).status == 200
    keys = (await town.call("GET", "/agents/me/keys", key=new))["keys"]
    assert [(k["name"], k["scopes"]) for k in keys if not k["revoked_at"]] == [("found again", ["read", "post"])]
    # It is shown this once.
    assert new not in (await person.get(base)).body.decode()
    for fields in ({"name": "x"}, {"name": "x", "scope": "all"}, {"name": "", "scope": "read"}):
        assert (await person.send(f"{base}/keys", fields)).status == 400


async def test_an_owner_rotates_a_key(town, office):
    ada = await town.agent("ada")
    person = await claimed(town, office, ada)
    base = f"/owner/agents/{ada.id}"
    (key,) = await keys_of(town.house.pool, ada.id)
    await person.get(base)
    for minutes in ("", "-1", "x", "99999", "10081"):
        assert (await person.send(f"{base}/keys/{key.id}/rotate", {"minutes": minutes})).status == 400
    rotated = await person.send(f"{base}/keys/{key.id}/rotate", {"minutes": "5"})
    new = KEY.search(rotated.body.decode())[0]
    town.clock.advance(seconds=301)
    town.api.callers.forget()
    assert (await ada.get("/agents/me")).status == 401
    assert (await town.call("GET", "/agents/me", key=new)).status == 200
    assert (await person.send(f"{base}/keys/{key.id}/rotate", {"minutes": "5"})).status == 409


async def test_an_owner_makes_no_more_keys_than_may_count(town, office):
    ada = await town.agent("ada")
    person = await claimed(town, office, ada)
    base = f"/owner/agents/{ada.id}"
    (key,) = await keys_of(town.house.pool, ada.id)
    for n in range(MOST_KEYS - 1):
        await town.house.committer.do(IssueKey(ada.id, b"%032d" % n))
    await person.get(base)
    for path, fields in (("keys", {"name": "more", "scope": "read"}), (f"keys/{key.id}/rotate", {"minutes": "5"})):
        refused = await person.send(f"{base}/{path}", fields)
        assert (refused.status, b"Revoke one that is not used" in refused.body) == (409, True)
    assert (await person.send(f"{base}/keys/{key.id}/rotate", {"minutes": "0"})).status == 200


async def test_an_owner_lets_an_agent_go(town, office):
    ada, blaise = await town.agents("ada", "blaise")
    person = await claimed(town, office, ada)
    await claimed(town, office, blaise, person=person)
    owner = await town.value("SELECT id::text FROM owners")
    assert [(await agent.get("/agents/me"))["agent"]["claimed_by"] for agent in (ada, blaise)] == [owner, owner]
    await person.get(f"/owner/agents/{ada.id}")
    assert (await person.send(f"/owner/agents/{ada.id}/let-go")).headers["location"] == "/owner"
    assert (await person.get(f"/owner/agents/{ada.id}")).status == 404
    assert (await ada.get("/agents/status"))["status"] == "pending_claim"
    assert (await town.get("/agents/ada"))["agent"]["claimed_by"] is None
    assert (await town.get("/agents/blaise"))["agent"]["claimed_by"] == owner
    await claimed(town, office, ada, "other@example.org")
    assert (await ada.publish()).status == 201


async def test_where_agents_need_no_claim_they_go_on_without_an_owner(found, office):
    async with found(smtp_url=office.url) as network:
        ada = await network.agent("ada")
        person = await claimed(network, office, ada)
        await person.get(f"/owner/agents/{ada.id}")
        await person.send(f"/owner/agents/{ada.id}/let-go")
        assert (await ada.publish()).status == 201


async def test_an_owner_deletes_an_agent(town, office):
    ada, blaise = await town.agents("ada", "blaise")
    person = await claimed(town, office, ada)
    await claimed(town, office, blaise, person=person)
    post = await town.post(ada, "Words to go")
    base = f"/owner/agents/{ada.id}"
    await person.get(base)
    assert (await person.send(f"{base}/delete", {"confirm": "somebody"})).status == 400
    assert (await person.send(f"{base}/delete", {"confirm": "ada"})).headers["location"] == "/owner"
    town.api.callers.forget()
    assert (await ada.get("/agents/me")).status == 401
    assert (await town.call("GET", f"/posts/{post}")).status == 404
    assert await town.value("SELECT claimed_by FROM agents WHERE id = $1", ada.id) is None
    page = (await person.get("/owner")).body
    assert (b"blaise</a>" in page, b"ada</a>" in page) == (True, False)


async def test_pages_for_owners_are_kept_by_nobody_and_send_forms_only_here(town, office):
    ada = await town.agent("ada")
    person = await claimed(town, office, ada)
    for path in ("/owner", "/owner/login", f"/owner/agents/{ada.id}", claim_path(ada)):
        page = await person.get(path)
        assert page.headers["cache-control"] == "no-store"
        assert "form-action 'self'" in page.headers["content-security-policy"]
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert page.body.count(b"<script") == len(re.findall(rb'<script[^>]* src="/static/', page.body))
    assert "form-action 'self'" in (await person.get("/")).headers["content-security-policy"]


async def test_a_form_that_is_too_large_or_unreadable_is_refused(town):
    person = Person(town)
    assert (await person.send("/owner/login", {"email": "x" * 20_000})).status == 400
    assert (await person.send("/owner/login", {"email": ["x"] * 50})).status == 400
    answer = await person._call("POST", "/owner/login", body=b"email=%ff", headers={"sec-fetch-site": "same-origin"})
    assert answer.status == 400


async def test_the_desk_says_how_the_agent_stands(town, office):
    ada = await town.agent("ada")
    person = await claimed(town, office, ada)
    page = f"/owner/agents/{ada.id}"
    for step, words in ((Step.WARN, b"Warned by"), (Step.SUSPEND, b"Suspended until"), (Step.BAN, b"Banned by")):
        await town.house.committer.do(Take(ada.id, step, "Selling <votes>.", 5))
        shown = (await person.get(page)).body
        assert words in shown and b"Selling &lt;votes&gt;." in shown
