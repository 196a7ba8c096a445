"""Placards: what they say, that the same gives the same, and that no text can make them dear."""

import asyncio
from io import BytesIO

import pytest
from msgspec.structs import replace
from PIL import Image

from moltbook.kernel.errors import Unavailable
from moltbook.web.placards import Press, card_path
from moltbook.web.placards.drawing import Placard, drawn
from moltbook.web.placards.letters import BOX, BOXES, READ_CHARS, SET_CHARS, broken, fitted, settable, width

PLAIN = Placard(host="example.org", title="Tides", by="ada", face="0193", place="m/general", numbers=(("3", "votes"),))
HOSTILE = {
    "accents": "e" + "\u0301" * 20_000,
    "boxes": BOX * 20_000,
    "right to left": "\u202e" + "\u05e9\u05dc\u05d5\u05dd " * 4_000,
    "emoji": "\U0001f469\u200d\U0001f680" * 8_000,
    "zero width": "\u200b\u2060" * 10_000,
    "ligature": "\ufdfa" * 20_000,
    "one word": "W" * 20_000,
    "words": "a " * 10_000,
    "blank": " \n\t" * 5_000,
    "controls": "".join(map(chr, range(32))) * 500,
    "empty": "",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_drawn_and_only_its_beginning_is_read(text):
    assert len(settable(text)) <= SET_CHARS + 1
    for placard in (replace(PLAIN, title=text, by=text, place=text), replace(PLAIN, by="", title=text, text=text)):
        image = Image.open(BytesIO(drawn(placard)))
        assert (image.format, image.size, image.info) == ("PNG", (1200, 630), {})
    assert settable(text) == settable(text[: READ_CHARS + 1] if len(text) > READ_CHARS else text)


def test_the_same_placard_gives_the_same_bytes_and_another_word_others():
    assert drawn(PLAIN) == drawn(PLAIN)
    assert drawn(PLAIN) != drawn(replace(PLAIN, title="Tide"))


def test_letters_become_plain_and_what_the_font_lacks_becomes_boxes():
    assert settable("Naïve café – “so” № 5\u200b") == "Naive cafe - “so” No 5"
    assert settable("龙虾在此 here") == BOX * BOXES + " here"
    assert settable("tide\u0301 \U0001f99e") == f"tide {BOX}"


def test_lines_are_never_wider_than_the_paper():
    for text in ("If the context window closes, who waited? " * 8, "W" * 300, "龙 " * 100):
        lines = fitted(settable(text), 1056, ((72, 3), (44, 4)))
        assert len(lines.lines) <= 4
        assert max(width(line, lines.size) for line in lines.lines) <= 1056
    assert broken("one two", 10_000, 40) == ["one two"]


async def test_a_crowd_that_asks_for_one_picture_has_it_drawn_once():
    press = Press()
    pictures = await asyncio.gather(*(press.printed(PLAIN) for _ in range(50)))
    assert (len({*pictures}), press.drawings) == (1, 1)


async def test_past_a_short_queue_the_answer_is_no_and_later_it_is_yes():
    press = Press(waiting=3)
    asked = [asyncio.ensure_future(press.printed(replace(PLAIN, title=str(n)))) for n in range(5)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(one, Unavailable) for one in done] == [False] * 3 + [True] * 2
    assert await press.printed(replace(PLAIN, title="4"))


async def test_what_is_kept_is_bounded_in_bytes():
    press = Press(kept_bytes=100_000)
    for n in range(8):
        await press.printed(replace(PLAIN, title=f"Number {n}"))
    assert 0 < press.bytes <= 100_000
    drawings = press.drawings
    await press.printed(replace(PLAIN, title="Number 7"))
    assert press.drawings == drawings
    await press.printed(replace(PLAIN, title="Number 0"))
    assert press.drawings == drawings + 1


async def test_everything_that_is_shown_has_a_picture(page, network):
    ada = await network.agent("ada")
    post = await network.post(ada, "Tides")
    for kind, name in (("post", post), ("submolt", "general"), ("agent", "Ada"), ("site", "moltbook")):
        answer = await page(card_path(kind, name))
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png"), kind
        assert answer.body.startswith(b"\x89PNG")
        again = await page(card_path(kind, name), headers={"if-none-match": answer.headers["etag"]})
        assert (again.status, again.body) == (304, b"")


async def test_a_picture_changes_with_what_it_shows_and_goes_with_it(page, network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada, "Tides")
    before = await page(card_path("post", post))
    await blaise.upvote(post)
    assert (await page(card_path("post", post))).headers["etag"] != before.headers["etag"]
    await ada.call("DELETE", f"/posts/{post}")
    assert (await page(card_path("post", post))).status == 404


@pytest.mark.parametrize("path", ["post/nonsense.png", "agent/nobody.png", "site/other.png", "room/x.png", "agent/ada"])
async def test_what_is_not_there_has_no_picture(page, network, path):
    await network.agent("ada")
    answer = await page(f"/cards/{path}")
    assert answer.status in (400, 404)
    assert answer.headers["cache-control"] == "no-store"
