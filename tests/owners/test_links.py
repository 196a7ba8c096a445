"""Links by mail: who gets one, how often, and what one is good for."""

import asyncio

import msgspec
import pytest

from moltbook.house.mail import read_smtp_url
from moltbook.kernel.errors import Invalid, NotFound
from moltbook.owners import EnterByLink, LetGo, LinkSpent, OwnedAlready, ask_to_log_in, ask_to_take_on, owner_of
from moltbook.owners.letters import at_network, email_digest, of_agent, token_digest
from moltbook.owners.model import TooManyLetters
from moltbook.owners.queries import link_by_digest, owner_by_session
from moltbook.owners.rules import ensure_email
from moltbook.settings import NO_LIMITS, Limits

MAIL = "Human@Example.org"


async def take_on(network, agent, mail=MAIL):
    house = network.house
    await ask_to_take_on(house, mail, of_agent(house, agent.id, "127.0.0.1"), agent.id, agent.name)
    await house.mail.finish()


async def log_in(network, mail=MAIL, address="203.0.113.9"):
    await ask_to_log_in(network.house, mail, at_network(network.house, address))
    await network.house.mail.finish()


async def enter(network, token, session="a session"):
    house = network.house
    digest = token_digest(house, token)
    link = await link_by_digest(house.pool, digest, house.clock())
    return await house.committer.do(EnterByLink(digest, link.email, link.agent_id, token_digest(house, session)))


async def test_a_link_makes_an_owner_and_claims_the_agent(town, office):
    ada = await town.agent("ada")
    await take_on(town, ada)
    (letter,) = office.letters
    assert (letter["To"], letter["From"]) == ("human@example.org", "house@example.org")
    assert "ada" in letter["Subject"]
    assert (await ada.publish()).status == 403
    entered = await enter(town, office.token())
    assert entered.agent_name == "ada"
    assert await owner_of(town.house.pool, ada.id) == entered.owner_id
    assert (await ada.publish()).status == 201
    owner = await owner_by_session(town.house.pool, token_digest(town.house, "a session"), town.clock())
    assert owner == entered.owner_id
    assert len(await town.events("agent.claimed")) == 1


async def test_a_link_is_good_once_even_for_many_at_once(town, office, other_links):
    ada = await town.agent("ada")
    await take_on(town, ada)
    house = town.house
    digest = token_digest(house, office.token())
    link = await link_by_digest(house.pool, digest, house.clock())
    numbers = iter(range(10))

    async def one():
        n = next(numbers)
        try:
            act = EnterByLink(digest, link.email, link.agent_id, token_digest(house, str(n)))
            return await (house.committer, other_links)[n % 2].do(act)
        except LinkSpent:
            return None

    assert len([done for done in await town.together(10, one) if done]) == 1
    assert await town.value("SELECT count(*) FROM owner_sessions") == 1
    assert await town.value("SELECT count(*) FROM owners") == 1


async def test_a_link_ends_after_a_quarter_of_an_hour(town, office):
    ada = await town.agent("ada")
    await take_on(town, ada)
    town.clock.advance(seconds=15 * 60)
    with pytest.raises(LinkSpent):
        await enter(town, office.token())
    # Also one who looked just before.
    house = town.house
    with pytest.raises(LinkSpent):
        digest = token_digest(house, office.token())
        await house.committer.do(EnterByLink(digest, email_digest(house, MAIL.lower()), ada.id, "x"))


async def test_only_an_owner_gets_a_link_to_log_in(town, office):
    await log_in(town)
    assert office.letters == []
    # The unknown address left the same rows behind as a known one would.
    assert await town.value("SELECT count(*) FROM login_links") == 1
    await take_on(town, await town.agent("ada"))
    first = await enter(town, office.token())
    await log_in(town, "  HUMAN@example.org ")
    again = await enter(town, office.token(), "another session")
    assert (again.owner_id, again.agent_name) == (first.owner_id, None)


async def test_an_agent_has_one_owner(town, office):
    ada = await town.agent("ada")
    await take_on(town, ada)
    await take_on(town, ada, "other@example.org")
    owner = await enter(town, office.token(0))
    with pytest.raises(OwnedAlready):
        await enter(town, office.token(1))
    # The refusal left no trace: no second owner, and the link is not spent.
    assert await town.value("SELECT count(*) FROM owners") == 1
    assert await owner_of(town.house.pool, ada.id) == owner.owner_id


async def test_of_many_who_take_an_agent_on_one_gets_it(town, office, other_links):
    ada = await town.agent("ada")
    for n in range(6):
        await take_on(town, ada, f"human{n}@example.org")
    house = town.house
    numbers = iter(range(6))

    async def one():
        n = next(numbers)
        digest = token_digest(house, office.token(n))
        link = await link_by_digest(house.pool, digest, house.clock())
        try:
            act = EnterByLink(digest, link.email, link.agent_id, token_digest(house, str(n)))
            return await (house.committer, other_links)[n % 2].do(act)
        except OwnedAlready:
            return None

    assert len([done for done in await town.together(6, one) if done]) == 1
    assert await town.value("SELECT count(*) FROM ownerships") == 1
    assert len(await town.events("agent.claimed")) == 1


async def test_an_agent_that_left_cannot_be_taken_on(town, office):
    ada = await town.agent("ada")
    await take_on(town, ada)
    await enter(town, office.token())
    owner = await owner_of(town.house.pool, ada.id)
    await town.house.committer.do(LetGo(owner, ada.id, True))
    await take_on(town, ada)
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
    with pytest.raises(NotFound):
        await enter(town, office.token())


async def test_an_agent_that_was_let_go_has_to_be_claimed_again(town, office):
    ada = await town.agent("ada")
    await take_on(town, ada)
    owner = (await enter(town, office.token())).owner_id
    with pytest.raises(NotFound):
        await town.house.committer.do(LetGo(ada.id, ada.id, False))
    assert await town.house.committer.do(LetGo(owner, ada.id, False)) == "ada"
    assert (await ada.publish()).status == 403
    await take_on(town, ada, "other@example.org")
    assert (await enter(town, office.token())).owner_id != owner
    assert (await ada.publish()).status == 201
    await town.settle()
    assert (await town.get("/stats"))["claimed_agents"] == 1


@pytest.mark.parametrize("limit", ["letters_per_email", "letters_per_address"])
async def test_an_hour_has_only_so_many_letters(found, office, limit):
    limits = msgspec.structs.replace(NO_LIMITS, **{limit: 3})
    async with found(smtp_url=office.url, limits=limits) as network:
        spread = limit == "letters_per_address"

        async def ask(n):
            try:
                mail, address = (f"h{n}@e.org", "2001:db8::1") if spread else ("h@e.org", f"203.0.{n}.9")
                await log_in(network, mail, address)
            except TooManyLetters as refusal:
                assert 0 < refusal.retry_after_seconds <= 3600
                return False
            return True

        assert sum(await asyncio.gather(*map(ask, range(10)))) == 3
        # The next address of the same /64 is the same somebody; the next /64 is another.
        if spread:
            with pytest.raises(TooManyLetters):
                await log_in(network, "x@e.org", "2001:db8::ffff")
            await log_in(network, "x@e.org", "2001:db8:0:1::1")
        network.clock.advance(hours=1)
        assert await ask(0)


async def test_a_stranger_who_asks_and_asks_leaves_the_owner_its_own_letters(found, office):
    limits = msgspec.structs.replace(Limits(), letters_per_address=0)
    async with found(smtp_url=office.url, limits=limits) as network:

        async def asked(address, count):
            """How many of so many wishes at once are granted."""

            async def one():
                try:
                    await log_in(network, MAIL, address)
                except TooManyLetters:
                    return False
                return True

            return sum(await network.together(count, one))

        near = limits.letters_per_email_from_one
        assert await asked("2001:db8:1::1", 12) == near
        # Neither another address near it nor an agent of the stranger's is somebody else.
        assert await asked("2001:db8:1:77::5", 3) == 0
        agent = await network.agent("stranger")
        house = network.house
        with pytest.raises(TooManyLetters):
            mallory = of_agent(house, agent.id, "2001:db8:1:9::2")
            await ask_to_take_on(house, MAIL, mallory, agent.id, agent.name)
        # The owner, elsewhere, still logs in; and this machine waits for nobody's neighbours.
        assert await asked("203.0.113.9", 5) == near
        assert await asked("127.0.0.1", 1) == 1
        # Of many strangers together a mailbox has enough at some time.
        spread = [await asked(f"198.51.{n}.1", 3) for n in range(3)]
        assert sum(spread) == limits.letters_per_email - 2 * near - 1
        network.clock.advance(hours=1)
        assert await asked("2001:db8:1::1", 1) == 1


@pytest.mark.parametrize(
    "mail",
    ["", "x", "a@b", "a b@c.de", "a@b.c\nBcc: d@e.fg", "a@b.c,d@e.fg", "<a@b.cd>", "ü@b.cd", "a" * 65 + "@b.cd",
     "a@" + "b." * 130 + "cd", "a@b.cd\x00", "=?x?q?victim?=@b.cd", "=?a?q?x=0dy?=@b.cd", "a=?x@b.cd", ".a@b.cd",
     "a..b@c.de", "a.@b.cd"],
)  # fmt: skip
async def test_what_is_no_address_is_refused(network, mail):
    with pytest.raises(Invalid):
        await log_in(network, mail)


@pytest.mark.parametrize(
    "mail", ["a@b.cd", "first.last+tag@sub.host-1.example", "o'neil@b.cd", "a=b@c.de", "x_{y}@b.cd"]
)
def test_an_address_is_written_to_as_it_stands(mail):
    assert ensure_email(f" {mail.upper()} ") == mail


async def test_an_agent_names_the_owner_it_was_claimed_without(found, office):
    async with found(smtp_url=office.url) as network:
        ada = await network.agent("ada")
        answer = await ada.call("POST", "/agents/me/setup-owner-email", {"email": MAIL})
        assert answer.status == 200
        await network.house.mail.finish()
        await enter(network, office.token())
        refused = await ada.call("POST", "/agents/me/setup-owner-email", {"email": "other@example.org"})
        assert (refused.status, refused["code"]) == (409, "OWNED_ALREADY")


async def test_a_key_that_does_not_open_everything_names_no_owner(found, office):
    async with found(smtp_url=office.url) as network:
        ada = await network.agent("ada")
        some = await ada.call("POST", "/agents/me/keys", {"name": "some", "scopes": ["read", "post"]})
        body = {"email": "other@example.org"}
        refused = await network.call("POST", "/agents/me/setup-owner-email", key=some["api_key"], json=body)
        assert (refused.status, refused["code"]) == (403, "FORBIDDEN_SCOPE")
        assert refused["error"] == "This key has no scope 'moderate'"
        await network.house.mail.finish()
        assert office.letters == []


async def test_an_unclaimed_agent_names_no_owner(town):
    ada = await town.agent("ada")
    answer = await ada.call("POST", "/agents/me/setup-owner-email", {"email": MAIL})
    assert (answer.status, answer["error"]) == (400, "Agent must be claimed first")


async def test_a_letter_that_nobody_takes_fails_without_its_secrets(town, office, capfd):
    office.refuses = "550 nobody by the name human@example.org"
    await take_on(town, await town.agent("ada"))
    assert office.letters == []
    told = "".join(capfd.readouterr())
    assert "letter was not sent" in told
    assert "/owner/enter/" not in told
    assert "human@example.org" not in told


async def test_without_a_mail_server_the_link_is_one_line_of_the_log(network, capfd):
    ada = await network.agent("ada")
    await take_on(network, ada)
    (line,) = [line for line in "".join(capfd.readouterr()).splitlines() if "/owner/enter/" in line]
    assert "no mail server is set" in line


async def test_a_password_is_not_shown_to_a_server_without_tls(found, office, capfd):
    url = office.url.replace("smtp://", "smtp://me:s%40cret@").replace("127.0.0.1", "127.0.0.2")
    async with found(smtp_url=url) as network:
        await take_on(network, await network.agent("ada"))
    assert office.said
    assert not any(line.startswith("AUTH") for line in office.said)
    assert office.letters == []


async def test_on_the_same_machine_a_password_is_enough(found, office):
    office.offers.append("AUTH PLAIN")
    async with found(smtp_url=office.url.replace("smtp://", "smtp://me:s%40cret@")) as network:
        await take_on(network, await network.agent("ada"))
    assert any(line.startswith("AUTH PLAIN") for line in office.said)
    assert len(office.letters) == 1


def test_the_address_of_a_mail_server_is_read():
    assert read_smtp_url("") is None
    for url, expected in (
        ("smtp://mail.example.org", ("mail.example.org", 587, "", "", False)),
        ("smtps://a%40b:c%2Fd@mail.example.org:2465", ("mail.example.org", 2465, "a@b", "c/d", True)),
    ):
        assert msgspec.structs.astuple(read_smtp_url(url)) == expected
    for url in ("mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:port"):
        with pytest.raises(Invalid):
            read_smtp_url(url)


async def test_a_dump_holds_no_token_no_session_and_no_address(town, office):
    ada = await town.agent("ada")
    await take_on(town, ada)
    session = town.house.keyring.new_token()
    await enter(town, office.token(), session)
    await log_in(town)
    secrets = [office.token(0), office.token(1), session, "human@example.org", "Human@Example.org", ada.key]
    for (table,) in await town.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for (text,) in await town.rows(f"SELECT t::text FROM {table} t"):
            assert not any(secret in text for secret in secrets), table
