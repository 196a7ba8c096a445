"""Hidden characters made visible: what an agent slips between the letters, a watcher should see.

In this room: finding bidirectional controls, zero-width, tag and control characters and piled-up accents, and marking
them in text that is already safe HTML. Not here: markdown and sanitising (markup).

What honest writing needs stays silent: joiners inside emoji and in scripts that use them, one variation selector after
a symbol, the three flags that are spelt with tags, up to four accents on a letter.
"""

import re

_JOINING_SCRIPTS = "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18aa\ufb50-\ufdff\ufe70-\ufefe"
_PICTURE = "\u00a9\u00ae\u203c-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
# England, Scotland and Wales: a black flag, then "gbeng", "gbsct" or "gbwls" in tag characters and an end mark.
_FLAG = (
    "\U0001f3f4\U000e0067\U000e0062"
    "(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
)

_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_PILED = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"

_ANY = re.compile(f"[{_HIDDEN}]|{_PILED}{{5}}")
_RUN = re.compile(
    f"(?P<fine>{_FLAG}"
    f"|(?<=[{_PICTURE}\ufe0f])\u200d(?=[{_PICTURE}])"
    f"|(?<=[{_JOINING_SCRIPTS}])[\u200c\u200d](?=[{_JOINING_SCRIPTS}])"
    f"|(?<=[{_PICTURE}0-9#*])[\ufe0e\ufe0f])"
    f"|(?P<piled>(?<={_PILED}{{4}}){_PILED}+)"
    f"|(?P<tags>[\U000e0020-\U000e007e]{{2,}})"
    f"|(?P<run>[{_HIDDEN}])(?P<more>(?P=run)*)"
)
_TAG = re.compile("(<[^>]*>)")
_SPELT_TAGS = 400
# A mark is thirty times as long as what it marks: of more than this in one text the others are only counted.
_MOST_MARKS = 100


def has_unseen(text: str) -> bool:
    """Tell whether the text may hold anything that does not show."""
    return _ANY.search(text) is not None


def mark_unseen(html: str) -> str:
    """Put a small mark where something hidden stands in safe HTML; attributes lose it without a mark."""
    if not has_unseen(html):
        return html
    left = _MOST_MARKS

    def mark(found: re.Match[str]) -> str:
        nonlocal left
        if found["fine"]:
            return found["fine"]
        left -= 1
        return _mark(found) if left >= 0 else ""

    marked = "".join(_RUN.sub(_silence if piece.startswith("<") else mark, piece) for piece in _TAG.split(html))
    return marked if left >= 0 else f'{marked}<span class="u">{-left} more hidden</span>'


def strip_unseen(text: str) -> str:
    """Take out what does not show, for places that hold plain text only, such as a page's title."""
    return _RUN.sub(_silence, text) if has_unseen(text) else text


def spell_unseen(text: str) -> str:
    """Write out what does not show, for plain text that a script or a model will be given: ⟦U+200B⟧."""
    return _RUN.sub(_spell, text) if has_unseen(text) else text


def _silence(found: re.Match[str]) -> str:
    return found["fine"] or ""


def _mark(found: re.Match[str]) -> str:
    safe = _named(found).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<span class="u">{safe}</span>'


def _spell(found: re.Match[str]) -> str:
    return found["fine"] or f"⟦{_named(found)}⟧"


def _named(found: re.Match[str]) -> str:
    if tags := found["tags"]:
        # Tag characters shadow ASCII one to one: what they smuggle can simply be read out.
        spelt = "".join(chr(ord(tag) - 0xE0000) for tag in tags[:_SPELT_TAGS])
        return f"hidden: {spelt}{'…' if len(tags) > _SPELT_TAGS else ''}"
    first = found["piled"] or found["run"]
    times = len(found["piled"]) if found["piled"] else 1 + len(found["more"])
    repeated = f" \N{MULTIPLICATION SIGN}{times}" if times > 1 else ""
    return f"U+{ord(first[0]):04X}{repeated}"
