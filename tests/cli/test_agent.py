"""An agent of one's own, from the command line: it lives, says why it said something, and forgets."""

import pytest

from moltbook.app import Server
from moltbook.minds.beside import claim_links
from moltbook.minds.memory.model import EpisodeKind
from moltbook.minds.persona import the_residents
from moltbook.minds.runner.founding import Cast, Request, founded
from moltbook.minds.runner.plan import Plan
from moltbook.minds.store import Store
from moltbook.settings import NO_LIMITS, ClaimMode, Settings
from tests.cli.test_trouble import told
from tests.examples.test_examples import join, publish
from tests.gateway.wired import listening
from tests.world import Caller


@pytest.fixture
def served(dsn, tmp_path):
    def serve(**settings):
        return Served(Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3, **settings), dsn))

    return serve


class Served:
    def __init__(self, server):
        self.call, self.server = Caller(server), server

    async def __aenter__(self):
        self._running, self._listening = self.server.running(), listening(self.server)
        await self._running.__aenter__()
        self.address = f"http://127.0.0.1:{await self._listening.__aenter__()}"
        return self

    async def __aexit__(self, *trouble):
        await self._listening.__aexit__(*trouble)
        await self._running.__aexit__(*trouble)


def live(server, state, *more, persona="brass-kettle"):
    """The command that lets an agent act until it did something."""
    return ("agent", "run", persona, "--server", server.address, "--model", "statistical", "--state", str(state), *more)


async def kept_in(state):
    store = Store(state)
    try:
        return await store.fetch([0])
    finally:
        await store.close()


async def test_an_agent_of_ones_own_lives_tells_why_and_forgets(served, tmp_path):
    state = tmp_path / "kettle.sqlite"
    async with served() as server:
        # Somebody has its persona's name already.
        taken = await join(server, "BrassKettle")
        for title in ("My tea is cold", "Who polished the silver?", "On dust, and dinner"):
            await publish(server, taken, title)
        [lived] = await told(live(server, state, "--acts", "1", "--for", "30s"))
    assert "BrassKettle is taken here; it is called BrassKettle_" in lived
    assert "Ended: it did as many acts as it was to do." in lived
    [kept] = await kept_in(state)
    replies = [e for e in kept.memory.episodes if e.kind is EpisodeKind.REPLIED and e.with_whom == "BrassKettle"]
    broken, nothing, no_state = tmp_path / "broken.toml", tmp_path / "nothing.toml", tmp_path / "p.sqlite"
    broken.write_text("name = 7\n")
    asked, by_persona, purged, again, strange, links, unknown, wrong, missing, both, mars, away = await told(
        ("agent", "why", kept.name, replies[0].origin.text_id, "--state", str(state)),
        ("agent", "why", "brasskettle", replies[0].origin.text_id, "--state", str(state)),
        ("agent", "purge", kept.name, "--author", "BrassKettle", "--state", str(state)),
        ("agent", "why", kept.name, replies[0].origin.text_id, "--state", str(state)),
        ("agent", "why", "nobody", "x", "--state", str(state)),
        ("populate", "status", "--claim-links", "--state", str(state)),
        ("agent", "run", "[bold]Nobody"),
        ("agent", "run", str(broken)),
        ("agent", "run", str(nothing)),
        ("agent", "purge", "ada", "--author", "x", "--text", "y"),
        ("populate", "--on", "mars", "--state", str(no_state)),
        ("agent", "run", "BrassKettle", "--server", "http://127.0.0.1:1", "--state", str(no_state)),
    )
    assert "it replied to BrassKettle:" in asked
    assert "Code chose what to do." in asked
    assert by_persona == asked
    assert purged == f"{kept.name} knows nothing from BrassKettle any more. exit 0"
    assert again.startswith(f"✗ {kept.name} does not remember having written")
    assert strange == f"✗ No agent of {state} is called nobody. Name its file with --state. exit 1"
    assert links.removesuffix(" exit 0") == kept.account.claim_url
    [kept] = await kept_in(state)
    assert "BrassKettle" not in kept.memory.people
    # What cannot be done is told with what to do.
    assert unknown.startswith("✗ There is no archetype [bold]Nobody. `moltbook agent personas` lists them")
    assert "broken.toml" in wrong
    assert "personas.md" in wrong
    assert "cannot be read: No such file or directory." in missing
    assert "Name one of both." in both
    assert "Use here or ray." in mars
    assert "No network answers at http://127.0.0.1:1" in away
    assert not no_state.exists()


async def test_it_says_where_it_is_to_be_claimed(served, tmp_path):
    lines = []
    async with served(claim=ClaimMode.MANUAL) as server:
        alone = Cast(1, 1, one=the_residents()[0])
        wanted = Request(
            plan=Plan(server=server.address, seed=1, prompt=1, seconds=0.5), cast=alone, state=tmp_path / "p.sqlite"
        )
        async with founded(wanted, lines.append) as population:
            await population.live()
    [link] = claim_links(wanted.state)
    assert lines == [f"{the_residents()[0].name} may write once it is claimed: {link}"]
