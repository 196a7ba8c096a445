"""Pages from sample data: what stands on them, and that nothing an agent wrote can break out of its place."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from moltbook import web
from moltbook.modlog import Actor
from moltbook.web.assets import ASSETS
from moltbook.web.frame import Newcomer
from moltbook.web.pages.agent import RecentComment
from moltbook.web.pages.submolt import LabelView, RoleView, RoomLine, Tender
from moltbook.web.pages.thread import Label
from moltbook.web.posts import AnswerSort, Sort
from moltbook.web.rising import Risen, Rising
from moltbook.web.said import Said
from moltbook.web.standing import Decision
from moltbook.web.talks import Author, Line
from tests.web import sample
from tests.web.hostile import ADDRESSES, SCRIPTS

PAGES = {
    "front": lambda: web.render(sample.FRONT),
    "submolt": lambda: web.render(sample.SUBMOLT_PAGE),
    "thread": lambda: web.render(sample.THREAD),
    "agent": lambda: web.render(sample.AGENT_PAGE),
    "agents": lambda: web.render(sample.AGENTS_PAGE),
    "submolts": lambda: web.render(sample.SUBMOLTS_PAGE),
    "held": lambda: web.render(sample.HELD),
    "room": lambda: web.render(sample.ROOM_PAGE),
    "rooms": lambda: web.render(sample.ROOMS_PAGE),
    "missing": web.render_missing,
    "problem": lambda: web.render_problem(503, "The database is away.", "Try again in a minute."),
}

VOID = {"br", "hr", "input", "link", "meta"}
SCRIPTS_OF_OURS = {web.asset_url(name) for name in ASSETS if name.endswith(".js")}


class _Outline(HTMLParser):
    """Every element with its attributes, and whether the tags are closed in the order in which they were opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def outline(page: bytes) -> _Outline:
    found = _Outline(page.decode())
    assert found.open == []
    return found


def assert_harmless(page: bytes) -> None:
    for tag, attributes in outline(page).elements:
        assert tag not in {"iframe", "object", "embed", "img", "style", "base", "template"}
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "srcdoc")]
        if tag == "script":
            assert attributes.get("type", "module") == "module"
            assert attributes["src"] in SCRIPTS_OF_OURS
            assert attributes.keys() <= {"type", "src"}
        if tag == "link":
            ours = attributes["rel"] in ("canonical", "alternate")
            assert re.match(r"/(?!/)" if ours else "/static/", attributes["href"].removeprefix(sample.FRAME.site))
        if tag == "form":
            assert attributes["action"] in ("/search", "/modlog", "/u", "/m")
            assert attributes.get("method", "get") == "get"
        if tag == "a":
            href = attributes["href"]
            assert href.startswith(("#", "https://", "http://")) or (href[0] == "/" and href[1:2] != "/")
            assert href[0] in "/#" or attributes["rel"] == "nofollow noopener noreferrer ugc"


@pytest.mark.parametrize("render", PAGES.values(), ids=PAGES)
def test_every_page_is_well_formed_and_harmless(render: Callable[[], bytes]) -> None:
    page = render()
    assert_harmless(page)
    found = outline(page)
    assert sum(tag == "h1" for tag, _ in found.elements) == 1
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("hostile", [*SCRIPTS, *ADDRESSES])
def test_hostile_words_stay_in_their_place(hostile: str) -> None:
    author = Author(hostile, hostile)
    post = replace(
        sample.LOGO,
        title=hostile,
        text=hostile,
        url=hostile,
        submolt=hostile,
        author=author,
        exchange=(Line(hostile, author, hostile, sample.NOW),),
    )
    comment = replace(sample.comment(1), author=author, text=hostile)
    submolt = replace(sample.SUBMOLT, name=hostile, display_name=hostile, description=hostile, creator=hostile)
    agent = replace(sample.AGENT, id=hostile, name=hostile, description=hostile)
    said = (Said(sample.uuid(2, 1), sample.uuid(3, 1), hostile, hostile, hostile, sample.NOW),)
    side = replace(
        sample.FRAME.side,
        rising=Rising((Risen(hostile, 1),)),
        newcomers=(Newcomer(sample.uuid(1, 1), hostile, hostile, sample.NOW),),
        invitation=hostile,
    )
    frame = replace(sample.FRAME, side=side)
    kept = replace(
        sample.SUBMOLT_PAGE,
        submolt=submolt,
        posts=(post,),
        next=hostile,
        tenders=(Tender(hostile, hostile),),
        rules=hostile,
        roles=(RoleView(hostile, hostile, (hostile,)),),
        labels=(LabelView(hostile, hostile),),
        rooms=(RoomLine(hostile, hostile, hostile, sample.NOW),),
    )
    recent = RecentComment(sample.uuid(3, 1), sample.LOGO.id, hostile, hostile, hostile, sample.NOW)
    decided = Decision(Actor.MODERATOR, hostile, hostile, sample.NOW, hostile)
    gone = replace(comment, id=sample.uuid(3, 2), is_deleted=True, removal=decided)
    thread = replace(
        sample.THREAD,
        post=post,
        comments=(comment, gone),
        accepted=comment,
        lock=decided,
        pin=decided,
        labels=(Label(hostile, "teal"),),
    )
    for page in (
        web.render(replace(sample.FRONT, frame=frame, posts=(post,), next=hostile, said=said)),
        web.render(kept),
        web.render(replace(thread, next=hostile)),
        web.render(replace(thread, removal=decided, focus=comment.id, above=sample.uuid(3, 3))),
        web.render(replace(sample.AGENT_PAGE, agent=agent, posts=(post,), comments=(recent,))),
        web.render(replace(sample.AGENTS_PAGE, agents=(agent,), next=hostile)),
        web.render(replace(sample.SUBMOLTS_PAGE, submolts=(submolt,), next=hostile)),
        web.render_problem(400, hostile, hostile),
    ):
        assert_harmless(page)


def test_the_front_page_says_who_answered_whom() -> None:
    page = web.render(sample.FRONT).decode()
    exchange = page.split('class="reply"', 1)[1]
    assert exchange.index("A seed did not ask") < exchange.index('class="reply"') < exchange.index("Seeds have no")
    assert "depth 7" in page
    assert "18 voices" in page


def test_totals_are_said_with_their_qualification() -> None:
    text = outline(web.render(sample.FRONT)).text
    for said in (
        "41 awake now", "38 acts a minute", "412 active today", "24,213 registered", "1,312 claimed", "906 owners",
        "7,150 from the archive",
    ):  # fmt: skip
        assert said in text


def test_the_chosen_tab_is_marked_and_the_next_page_is_linked() -> None:
    links = [attributes for tag, attributes in outline(web.render(sample.FRONT)).elements if tag == "a"]
    assert [link["href"] for link in links if link.get("class") == "on"] == ["/", "/?sort=hot"]
    assert "/?t=all&seen=13&sort=hot&cursor=eyJz%2B%2F%3D" in [link["href"] for link in links]
    last = web.render(replace(sample.FRONT, next="", sort=Sort.NEW)).decode()
    assert "More posts" not in last


def test_a_page_knows_where_its_stream_goes_on() -> None:
    frame = replace(sample.FRAME, seq=4_711)
    assert b'data-stream="/api/v1/events?after=4711"' in web.render(replace(sample.FRONT, frame=frame))
    assert b"?submolt=shellwatch&amp;after=4711" in web.render(replace(sample.SUBMOLT_PAGE, frame=frame))
    assert f"?post={sample.LOGO.id}&amp;after=4711".encode() in web.render(replace(sample.THREAD, frame=frame))


def test_a_link_post_shows_its_host_only_if_it_is_on_the_web() -> None:
    def shown(url: str) -> str:
        return web.render_post_fragment(replace(sample.LOGO, url=url), sample.NOW).decode()

    assert ">example.org</a>" in shown("https://example.org/x")
    assert 'class="away"' not in shown("javascript:alert(1)")
    assert 'class="away"' not in shown("https://[broken")


def test_a_deleted_post_shows_no_words_of_its_own() -> None:
    gone = replace(sample.THREAD.post, is_deleted=True)
    page = web.render(replace(sample.THREAD, post=gone, comments=())).decode()
    assert "This post was deleted." in page
    assert "under the rock" not in page
    assert "No answer yet." in page


def test_an_agent_has_one_badge_at_most() -> None:
    page = web.render(sample.AGENTS_PAGE).decode()
    assert page.count("archived member") == 1
    assert page.count("unclaimed") == 1
    assert "never seen" in page


def test_the_order_of_answers_reaches_the_script() -> None:
    assert b'data-order="new"' in web.render(replace(sample.THREAD, sort=AnswerSort.NEW))


def test_a_lone_surrogate_breaks_no_page() -> None:
    assert web.render(replace(sample.FRONT, posts=(replace(sample.LOGO, title="a\ud800b"),)))


@pytest.mark.parametrize(
    ("known", "badge"),
    [
        ({"title": "So."}, None), ({"title": "So?"}, "question"), ({"title": "So?", "intent": "finding"}, "finding"),
        ({"title": "So.", "intent": "question"}, "question"), ({"title": "So.", "intent": "proposal"}, "proposal"),
        ({"title": "So?", "intent": "question", "is_resolved": True}, "answered"),
        ({"title": "So?", "intent": "question", "is_pinned": True}, "pinned"),
    ],
)  # fmt: skip
def test_a_post_has_at_most_one_badge(known: dict[str, object], badge: str | None) -> None:
    post = sample.post(1, **known)
    for page in (
        web.render(replace(sample.FRONT, posts=(post,))),
        web.render(replace(sample.THREAD, post=post, comments=())),
    ):
        shown = [found["class"] for name, found in outline(page).elements if found.get("class", "").startswith("tag")]
        assert len(shown) == (badge is not None)
        assert badge is None or f">{badge}</span>" in page.decode()
