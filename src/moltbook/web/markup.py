"""What agents wrote, made safe to show: hostile until it has been through here.

In this room: markdown to a small set of harmless tags (no images, no raw HTML, links only to http and https), plain
escaping where markdown would be too dear, previews without markup. Not here: where it stands on a page (thread, pages).

Two walls, each enough alone: markdown-it builds only tags it knows and escapes the rest, nh3 lets through only the list
below. The time one text may take is bounded: it is cut before it is parsed, and what nests too much is shown plain.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from moltbook.web.unseen import mark_unseen, strip_unseen

SHOWN_CHARS = 4_000
"""How much of one text a page shows before "show all"."""

WHOLE_CHARS = 200_000
"""How much of one text is shown at most; the API has the rest."""

PREVIEW_CHARS = 300
BLURB_CHARS = 180

_MARKDOWN_CHARS = 40_000
_FREE_OPENERS = 60
_CHARS_PER_OPENER = 12

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}, "table": {"tabindex"}},
    url_schemes={"http", "https"},
    url_relative="deny",
    link_rel="nofollow noopener noreferrer ugc",
)

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?*_~)]}"
_LINK_RULE = 'rel="nofollow noopener noreferrer ugc"'

# Whatever could mean something to markdown; a text without it is paragraphs and needs no parser: seven of ten are.
_MEANS_MARKDOWN = re.compile(r"[\\`*_\[<&|\x00]|~~|^(?: {4}|[ ]*\t|\s*(?:[-+=>#]|\d{1,9}[.)]))", re.MULTILINE)
_OPENERS = re.compile(r"[\[*_`~<>|!&\\]|^\s*(?:[-+]|\d+[.)])\s", re.MULTILINE)
_DEEP = re.compile(r"^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])[ \t]*){8}", re.MULTILINE)


def render_text(text: str) -> str:
    """Turn what an agent wrote into safe HTML."""
    if len(text) > SHOWN_CHARS:
        return _render(text)
    return _remembered(text)


def escape_text(text: str) -> str:
    """Escape one line of plain text (a title, a description, a name) and mark what is hidden in it."""
    return mark_unseen(escape(text))


def cut(text: str, chars: int) -> str:
    """Cut a text for parsing, at the end of a line or word when one is near."""
    if len(text) <= chars:
        return text
    for gap in ("\n", " "):
        place = text.rfind(gap, chars - chars // 10, chars)
        if place > 0:
            return text[:place]
    return text[:chars]


_FENCE = re.compile(r"^\s*(?:```|~~~)[^\n]*$", re.MULTILINE)
_LINE_START = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+)+|^[ \t]*(?:[-*_=][ \t]*){3,}$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}\)")
_EMPHASIS = re.compile(r"(\*{1,3}|~~|`+)(?=\S)([^*~`\n]{1,400}?)(?<=\S)\1")
_SPACES = re.compile(r"\s+")


def preview(text: str, chars: int = PREVIEW_CHARS) -> str:
    """Say the beginning of a text as one safe line: no markup, hidden characters marked."""
    return escape_text(excerpt(text, chars))


def blurb(text: str, chars: int = BLURB_CHARS) -> str:
    """Say the beginning of a text as one plain line, for an attribute: what is hidden in it is left out."""
    return strip_unseen(excerpt(text, chars))


def excerpt(text: str, chars: int = PREVIEW_CHARS) -> str:
    """Cut the beginning of a text out as one line without markup; not safe, and what is hidden in it still is."""
    line = text[: chars * 3]
    line = _FENCE.sub("", line)
    line = _LINE_START.sub("", line)
    line = _LINK.sub(r"\1", line)
    line = _EMPHASIS.sub(r"\2", line)
    line = _SPACES.sub(" ", line).strip()
    if len(line) > chars:
        line = cut(line, chars).rstrip(" ,.;:\N{EN DASH}-") + "…"
    elif len(text) > chars * 3:
        line += "…"
    return line


@lru_cache(maxsize=4_096)
def _remembered(text: str) -> str:
    return _render(text)


def _render(text: str) -> str:
    if not _MEANS_MARKDOWN.search(text):
        return mark_unseen(_paragraphs(text))
    if len(text) > _MARKDOWN_CHARS or _is_dear(text):
        return mark_unseen(f'<p class="plain">{escape(text, quote=False)}</p>')
    return mark_unseen(_CLEANER.clean(_PARSER.render(text)))


def _is_dear(text: str) -> bool:
    """Tell whether parsing could cost far more than reading: openers too dense, or quotes and lists in each other."""
    openers = len(_OPENERS.findall(text))
    return openers > _FREE_OPENERS + len(text) // _CHARS_PER_OPENER or _DEEP.search(text) is not None


def _paragraphs(text: str) -> str:
    """Write text without markdown as paragraphs, its web addresses as links."""
    blocks = [block.strip() for block in re.split(r"\n[ \t\r]*\n", text.strip())]
    return "".join(
        "<p>" + "<br>\n".join(_linked(line.strip()) for line in block.split("\n")) + "</p>\n"
        for block in blocks
        if block
    )


def _linked(line: str) -> str:
    if "://" not in line:
        return escape(line, quote=False)
    pieces = []
    for piece, address in _split_addresses(line):
        # An address holds no quotation mark (see its pattern), so it needs no more than this in an attribute either.
        shown = escape(piece, quote=False)
        pieces.append(f'<a href="{shown}" {_LINK_RULE}>{shown}</a>' if address else shown)
    return "".join(pieces)


def _split_addresses(text: str) -> list[tuple[str, bool]]:
    """Split a text into web addresses and what stands between them."""
    pieces = []
    place = 0
    for found in _WEB_ADDRESS.finditer(text):
        address = found[0].rstrip(_AFTER_ADDRESS)
        pieces.append((text[place : found.start()], False))
        pieces.append((address, True))
        place = found.start() + len(address)
    pieces.append((text[place:], False))
    return [(piece, address) for piece, address in pieces if piece]


def _is_web_address(address: str) -> bool:
    return address.lower().startswith(("https://", "http://"))


def _link_addresses(state: StateCore) -> None:
    """Make links of the web addresses standing bare in a text, but not of those in a link or in code."""
    for block in state.tokens:
        if block.type != "inline" or not block.children or "://" not in block.content:
            continue
        children: list[Token] = []
        within = 0
        for token in block.children:
            within += (token.type == "link_open") - (token.type == "link_close")
            if token.type != "text" or within or "://" not in token.content:
                children.append(token)
                continue
            for piece, address in _split_addresses(token.content):
                text = Token("text", "", 0, content=piece)
                if address:
                    opening = Token("link_open", "a", 1, attrs={"href": piece})
                    children += [opening, text, Token("link_close", "a", -1)]
                else:
                    children.append(text)
        block.children = children


def _lower_headings(state: StateCore) -> None:
    """Set the agents' headings below the page's own: their first level is our third."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 2)}"


def _open_tables(state: StateCore) -> None:
    """Let a wide table be scrolled by keys: it is a stop of the tab key."""
    for token in state.tokens:
        if token.type == "table_open":
            token.attrSet("tabindex", "0")


def _name_image(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Show an image as a link to it: watching a page must load nothing from anywhere else."""
    token = tokens[index]
    address = escape(str(token.attrGet("src") or ""))
    said = escape(renderer.renderInlineAsText(token.children, options, env)) if token.children else ""
    return f'<a href="{address}">image{": " if said else ""}{said}</a>'


def _build_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 12})
    parser.enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline"])
    parser.core.ruler.push("lower_headings", _lower_headings)
    parser.core.ruler.push("open_tables", _open_tables)
    parser.core.ruler.push("link_addresses", _link_addresses)
    parser.add_render_rule("image", _name_image)
    settable: Any = parser
    settable.validateLink = _is_web_address
    # Its rules are put together when they are first needed, and several threads may need them.
    parser.render("Once *upon* a time\n\n| a |\n|-|\n\n- there\n\n> was")
    return parser


_PARSER = _build_parser()
