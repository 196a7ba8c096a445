"""The owners' pages against everybody who may ask for them, as one table; a page that is missing here fails.

Askers: nobody (no session), ended (logged out), other (the owner of another agent), own (the agent's owner), held (its
owner, while the operator keeps the agent from writing). A form comes with the proof of a page of the asker's own; in is
303 to the login for those who are not logged in, and on is 303 to what comes after the act.
"""

import pytest

from moltbook.agents import IssueKey
from moltbook.measures import Step, Take
from moltbook.web.owner_routes import OwnerPages
from tests.messages.talk import befriend
from tests.owners.browser import Person
from tests.owners.test_pages import claimed

TABLE = """
                                         nobody ended other own held
GET  /claim/{token}                         200   200   200 200  200
POST /claim/{token}                         200   200   200 200  200
GET  /owner                                  in    in   200 200  200
GET  /owner/login                           200   200   200 200  200
POST /owner/login                           200   200   200 200  200
GET  /login                                  in    in    in  in   in
GET  /owner/enter/{token}                   410   410   410 410  410
POST /owner/enter/{token}                   410   410   410 410  410
POST /owner/logout                           in    in    in  in   in
POST /owner/logout-others                    in    in    on  on   on
GET  /owner/agents/{id}                      in    in   404 200  200
GET  /owner/agents/{id}/messages/{talk}      in    in   404 200  200
POST /owner/agents/{id}/keys                 in    in   404 200  200
POST /owner/agents/{id}/keys/{key}/rotate    in    in   404 200  200
POST /owner/agents/{id}/keys/{key}/revoke    in    in   404  on   on
POST /owner/agents/{id}/let-go               in    in   404  on   on
POST /owner/agents/{id}/delete               in    in   404  on   on
"""
FORMS = {
    "POST /claim/{token}": {"email": "somebody@example.org"},
    "POST /owner/login": {"email": "somebody@example.org"},
    "POST /owner/agents/{id}/keys": {"name": "one more", "scope": "read"},
    "POST /owner/agents/{id}/keys/{key}/rotate": {"minutes": "60"},
}
LOGIN = "/owner/login"


def rows():
    """The table as data: route, asker, expectation."""
    head, *lines = TABLE.strip("\n").splitlines()
    for line in lines:
        method, path, *cells = line.split()
        yield from ((f"{method} {path}", *cell) for cell in zip(head.split(), cells, strict=True))


async def test_every_page_of_owners_is_in_the_table(town):
    pages = OwnerPages(town.house).routes()
    routes = {f"{method} {page.path}" for page in pages for method in page.methods - {"HEAD"}}
    assert routes == {route for route, _, _ in rows()}


@pytest.mark.parametrize("asker", TABLE.split("\n")[1].split())
async def test_everybody_is_shown_what_the_table_says(town, office, asker):
    friend, stranger = await town.agents("friend", "stranger")
    friends_owner = await claimed(town, office, friend, "friend@example.org")
    others = await claimed(town, office, stranger, "other@example.org")
    wrong = []
    for number, (route, _, expected) in enumerate(row for row in rows() if row[1] == asker):
        agent = await town.agent(f"agent-{number}")
        own = await claimed(town, office, agent)
        talk = await befriend(agent, friend)
        key = await town.house.committer.do(IssueKey(agent.id, f"{asker} {number}".encode()))
        if asker == "held":
            await town.house.committer.do(Take(agent.id, Step.SUSPEND, "Flooding.", hours=1))
        person = {"nobody": Person(town), "other": others}.get(asker, own)
        await person.get("/owner")
        if asker == "ended":
            kept = person.cookie
            await person.send("/owner/logout")
            person.cookie = kept
        method, path = route.split()
        token = agent.told["claim_url"].rsplit("/", 1)[1] if path.startswith("/claim") else "never-sent"
        path = path.format(token=token, id=agent.id, talk=talk, key=key.id)
        form = FORMS.get(route, {"confirm": agent.name})
        answer = await (person.get(path) if method == "GET" else person.send(path, form))
        location = answer.headers.get("location", "")
        found = str(answer.status) if answer.status != 303 else "in" if location == LOGIN else "on"
        if found != expected:
            wrong.append(f"{route}: {asker} got {found}, expected {expected}")
        if route == "POST /owner/logout" and asker == "other":
            others = await claimed(town, office, await town.agent("again"), "other@example.org")
    assert (await friends_owner.get("/owner")).status == 200
    assert not wrong, "\n".join(wrong)
