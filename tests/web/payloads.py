"""Thirty thousand texts that want to be more than text: products of what attacks are made of, and a collection.

In this room: making them, the same for the same seed, none twice. Each that runs calls `hit` or one of the browser's
own dialogs. Not here: the small corpus every rule is tried with (hostile), showing them (test_hostile).
"""

import itertools
from collections.abc import Iterator
from html import escape
from random import Random
from urllib.parse import quote

import brs_kb

from tests.web.hostile import ADDRESSES, AROUND_ADDRESSES, AROUND_ANYTHING, SCRIPTS, TEXTS

SEED = 20260131

_TAGS = """a abbr article audio b base body br button canvas center code custom-el details dialog div embed font form
frame frameset h1 head html iframe image img input isindex keygen li link listing main map marquee math menu meta meter
noembed noscript object ol option p plaintext pre script search select slot span style summary svg table tbody td
template textarea title tr track video wbr xmp""".split()
_HANDLERS = """onload onerror onfocus onclick onmouseover ontoggle onanimationstart onbegin onpointerenter onscroll
onbeforetoggle onwheel
oncontentvisibilityautostatechange onsecuritypolicyviolation onTRANSITIONend""".split()
_GAPS = (" ", "/", "\n", "\t", "\x0c", "/x=1 ", " x='>' ")
_CALLS = ("hit()", "'hit()'", '"hit()"', "hit`1`", "top['hit']()", "&#104;it()", "alert(1)", "(0,hit)()")
_ENDS = (">", "", "/>", "//", "><!--", "></")
_SCHEMES = (
    "javascript:",
    "JaVaScRiPt:",
    "java\tscript:",
    "java\nscript:",
    "\x01javascript:",
    "javascript&colon;",
    "&#x6a;avascript:",
    "vbscript:",
    "data:text/html,",
    "data:text/html;base64,",
    "blob:",
    "filesystem:",
    "view-source:javascript:",
    "jar:",
    "\u2028javascript:",
    "ｊavascript:",
    "//evil.example/",
    "\\\\evil.example\\",
    "https:evil.example/",
    "http://",
    "https://ok.example@evil.example/",
    "https://[::1]/",
    "ftp://evil.example/",
    "tel:",
    "mailto:x?body=",
    "file:///",
    "about:",
    "intent://",
    "../../../",
    "/logout?",
    "?q=",
    '#"',
)
_TAILS = (
    "hit()",
    "hit()//",
    "%68it()",
    "hit&lpar;&rpar;",
    '"onmouseover="hit()',
    "'><img src=x onerror=hit()>",
    "<script>hit()</script>",
    "PHNjcmlwdD5oaXQoKTwvc2NyaXB0Pg==",
    "%0Ahit()",
    "\u202ehit()",
    "`hit()`",
)
_MARKS = (
    "**",
    "_",
    "`",
    "~~",
    "[",
    "](",
    ")",
    "![",
    "<",
    ">",
    "|",
    "\n",
    "\n\n",
    "# ",
    "- ",
    "1. ",
    "> ",
    "```",
    "    ",
    "\\",
    "&amp;",
    "&#60;",
    "<!--",
    "-->",
    "://",
    "https://a.example",
    "javascript:hit()",
    "onerror=",
    "<img src=x onerror=hit()>",
    "[x]: <javascript:hit()>\n",
    '<https://a.example/"onclick=hit()>',
    "\t",
    "---\n",
    "|-|\n",
    "~~~\n",
    "](<",
    ">)",
    "'",
    '"',
    "<script>hit()</script>",
    "</p></article>",
    "$\\hit$",
    "\x00",
    "\r",
    "\u2028",
    "\ufeff",
    "word",
    " ",
)
_ODD = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
    "\u2066\u2067\u2068\u2069\u206a\u3164\uffa0\ufff9\ufffb\ufffe\uffff\x00\x01\x08\x0b\x0c\x1b\x7f\x80\x9f\u0300\u0301"
    "\u0489\u20dd\ufe0f\U000e0001\U000e0020\U000e003c\U000e007f\U000f0000\U0010ffff\U0001f468\U0001f3ff"
    "\u0645\u05d0\u0e01\u0915\u094d\u1f600\ua9c5\U00012000\ufdfd\u2a74\ufb2c"
)


def _elements() -> Iterator[str]:
    shapes = itertools.cycle(itertools.product(_GAPS, _CALLS, _ENDS))
    for tag, handler in itertools.product(_TAGS, _HANDLERS):
        for _ in range(7):
            gap, call, end = next(shapes)
            yield f"<{tag}{gap}{handler}{'=' if handler else ''}{call}{gap}autofocus tabindex=1 src=x href=x{end}"


def _addresses() -> Iterator[str]:
    frames = (
        *AROUND_ADDRESSES,
        '<a href="{}">x</a>',
        "<a href={}>x",
        "<img src='{}'>",
        "<iframe src={}>",
        "<form action={}>",
        "<object data={}>",
        "<svg><a xlink:href={}><text>x",
        "<base href={}>",
        "<meta http-equiv=refresh content='0;url={}'>",
        "<math href={}>x",
        "<link rel=stylesheet href={}>",
        "<button formaction={}>x",
    )
    for scheme, tail, frame in itertools.product(_SCHEMES, _TAILS, frames):
        yield frame.replace("{}", scheme + tail)


def _mutants(random: Random) -> Iterator[str]:
    """What is known, spelled so that a careless filter would not know it again."""
    known = [*SCRIPTS, *ADDRESSES, *TEXTS]
    around = (*AROUND_ANYTHING, "a\n\n    {}", "``{}``", "- - - {}", "[^1]: {}", "\\{}")
    ways = (
        lambda text: "".join(random.choice((letter.upper(), letter.lower())) for letter in text),
        lambda text: text.replace("<", "<<").replace(">", ">>"),
        lambda text: "".join(letter + (random.choice(_ODD) if random.random() < 0.15 else "") for letter in text),
        lambda text: escape(escape(text)),
        quote,
        lambda text: "".join(f"&#{ord(letter)}" + random.choice((";", "")) for letter in text),
        lambda text: text.replace(" ", random.choice(_GAPS)),
        lambda text: text[: random.randrange(1, len(text) + 1)],
        lambda text: text.encode("utf-7").decode("ascii"),
        lambda text: text + random.choice(known),
        lambda text: random.choice(around).replace("{}", text),
    )
    while True:
        text = random.choice(known)
        for way in random.sample(ways, random.randint(1, 3)):
            text = way(text)
        yield text[:2_000]


def _markdown(random: Random) -> Iterator[str]:
    """Markdown as nobody writes it."""
    while True:
        yield "".join(random.choice(_MARKS) for _ in range(random.randint(2, 40)))


def _oddities(random: Random) -> Iterator[str]:
    while True:
        yield "".join(
            random.choice((random.choice(_ODD) * random.choice((1, 1, 2, 30)), "<b>", "x", " ", "hit()"))
            for _ in range(random.randint(1, 25))
        )


def corpus() -> list[str]:
    """All of them, in an order in which each stretch holds some of every sort."""
    random = Random(SEED)
    strangers = [entry["payload"] for entry in brs_kb.get_all_payloads().values()]
    texts = dict.fromkeys(
        itertools.chain(
            TEXTS,
            strangers,
            _elements(),
            _addresses(),
            itertools.islice(_mutants(random), 8_000),
            itertools.islice(_markdown(random), 6_000),
            itertools.islice(_oddities(random), 2_500),
        )
    )
    # What no database can hold is not there to be shown.
    found = [text for text in texts if text.strip() and text.encode("utf-8", "ignore").decode() == text]
    random.shuffle(found)
    return found
