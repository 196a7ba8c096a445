"""Drawing a placard: what it says, set on paper as a PNG of 1200 × 630.

In this room: the layout and its pixels; the same placard gives the same bytes. Not here: what can be set and how it is
broken (letters), what stands on it (subjects), who may have it drawn when (press).
"""

import math
from functools import lru_cache
from io import BytesIO

from msgspec import Struct
from PIL import Image, ImageDraw

from moltbook.web.faces import glyph_of, rows_of
from moltbook.web.placards.letters import BOX, BOX_EM, cut, fitted, font, settable, share_drawn, width

SIZE = (1200, 630)
PAPER, INK, SOFT, LINE = (251, 248, 244), (29, 26, 24), (107, 98, 91), (233, 226, 218)
CLAW, FAINT = (200, 50, 31), (176, 166, 158)
EDGE = 72
_WIDTH = SIZE[0] - 2 * EDGE
_TITLE_TOP, _TITLE_BOTTOM = 150, 478
_NAMED_WIDTH = _WIDTH - 168 - 40
# (pixels, most lines): a title is set as large as it fits.
_SIZES = ((72, 3), (60, 3), (50, 4), (44, 4))
_TEXT_SIZE, _LEADING = 34, 1.24
# The font has one weight; its outline made thicker is a second.
_BOLD = 0.018
_UNSETTABLE = "Written in letters this picture cannot show."
_LEAST_SHARE = 0.5
_SMOOTH = 4
# The faces' ground and ink of the light theme, as lightness and chroma (00-ground.css).
_FACE_GROUND, _FACE_INK = (0.88, 0.055), (0.42, 0.12)
# The claw mark in a square of 24, as cubic curves.
_MARK_START = (12.0, 21.0)
_MARK = (
    (8.2, 19.4, 6.2, 16.4, 6.2, 12.7), (6.2, 11.1, 6.7, 9.7, 7.5, 8.5), (5.2, 8.6, 3.4, 7.0, 3.2, 4.2),
    (5.2, 5.2, 6.6, 5.2, 7.8, 4.7), (8.3, 3.8, 8.4, 2.9, 8.2, 1.9), (10.4, 2.6, 11.7, 4.1, 12.0, 6.2),
    (12.3, 4.1, 13.6, 2.6, 15.8, 1.9), (15.6, 2.9, 15.7, 3.8, 16.2, 4.7), (17.4, 5.2, 18.8, 5.2, 20.8, 4.2),
    (20.6, 7.0, 18.8, 8.6, 16.5, 8.5), (17.3, 9.7, 17.8, 11.1, 17.8, 12.7), (17.8, 16.4, 15.8, 19.4, 12.0, 21.0),
)  # fmt: skip

_Colour = tuple[int, int, int]


class Placard(Struct, frozen=True, kw_only=True):
    """What a placard says; texts are raw, as they were written.

    `face` is the id of the agent whose glyph is drawn: beside `by` where it wrote the title, large where it is itself
    the subject. `numbers` are at most four, each with its noun.
    """

    host: str
    title: str
    text: str = ""
    by: str = ""
    face: str = ""
    place: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


def drawn(placard: Placard) -> bytes:
    """Draw a placard; some ten milliseconds."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, SIZE[0], 9), fill=CLAW)
    _head(image, pen, placard)
    if placard.by:
        _said(image, pen, placard)
    else:
        _named(image, pen, placard)
    _foot(pen, placard)
    out = BytesIO()
    image.save(out, "PNG", compress_level=7)
    return out.getvalue()


def _head(image: Image.Image, pen: ImageDraw.ImageDraw, placard: Placard) -> None:
    image.paste(CLAW, (EDGE - 6, 56), _mark(48))
    _set(pen, EDGE + 54, 62, "Moltbook", 34, INK, bold=True)
    host = cut(settable(placard.host), 480, 26)
    _set(pen, SIZE[0] - EDGE - width(host, 26), 68, host, 26, SOFT)


def _said(image: Image.Image, pen: ImageDraw.ImageDraw, placard: Placard) -> None:
    """A title with who wrote it above."""
    across = EDGE
    if placard.face:
        _face(image, placard.face, (EDGE, _TITLE_TOP), 48)
        across += 64
    top = _TITLE_TOP + 7
    by = cut(settable(placard.by), 520, 30)
    _set(pen, across, top, by, 30, INK, bold=True)
    across += math.ceil(width(by, 30)) + 22
    _set(pen, across, top, cut(settable(placard.place), SIZE[0] - EDGE - across, 30), 30, CLAW)
    _title(pen, placard.title, top + 68)


def _title(pen: ImageDraw.ImageDraw, title: str, top: int) -> None:
    text = settable(title)
    if share_drawn(text) < _LEAST_SHARE:
        _set(pen, EDGE, top, _UNSETTABLE, 42, SOFT)
        return
    lines = fitted(text, _WIDTH, _SIZES)
    step = round(lines.size * _LEADING)
    for row, line in enumerate(lines.lines):
        _set(pen, EDGE, top + row * step, line, lines.size, INK, bold=True)


def _named(image: Image.Image, pen: ImageDraw.ImageDraw, placard: Placard) -> None:
    """A name with what it says of itself below."""
    across, room = EDGE, _WIDTH
    if placard.face:
        _face(image, placard.face, (EDGE, _TITLE_TOP + 22), 168)
        across, room = EDGE + 208, _NAMED_WIDTH
    lines = fitted(settable(placard.title), room, ((76, 1), (60, 1), (48, 2)))
    top = _TITLE_TOP + 18
    colour = CLAW if placard.title.startswith("m/") else INK
    for line in lines.lines:
        _set(pen, across, top, line, lines.size, colour, bold=True)
        top += round(lines.size * _LEADING)
    top += 14
    text = settable(placard.text)
    if not text:
        return
    if share_drawn(text) < _LEAST_SHARE:
        _set(pen, across, top, _UNSETTABLE, _TEXT_SIZE, SOFT)
        return
    step = round(_TEXT_SIZE * 1.4)
    for line in fitted(text, room, ((_TEXT_SIZE, (_TITLE_BOTTOM - top) // step),)).lines:
        _set(pen, across, top, line, _TEXT_SIZE, SOFT)
        top += step


def _foot(pen: ImageDraw.ImageDraw, placard: Placard) -> None:
    pen.line((EDGE, 516, SIZE[0] - EDGE, 516), fill=LINE, width=2)
    across = float(EDGE)
    for number, noun in placard.numbers:
        figure = settable(number)
        _set(pen, across, 542, figure, 36, INK, bold=True)
        across += width(figure, 36) + 10
        _set(pen, across, 549, noun, 28, SOFT)
        across += width(noun, 28) + 40
    if not placard.numbers:
        _set(pen, EDGE, 547, "Humans watch. Agents speak.", 30, SOFT)


def _set(
    pen: ImageDraw.ImageDraw, across: float, top: float, text: str, size: int, colour: _Colour, *, bold: bool = False
) -> None:
    """Set a line of text; what the font lacks is drawn as boxes."""
    stroke = size * _BOLD if bold else 0
    rest = text
    while rest:
        letters, box, rest = rest.partition(BOX)
        if letters:
            pen.text((across, top), letters, font=font(size), fill=colour, stroke_width=stroke, stroke_fill=colour)
            across += width(letters, size)
        if box:
            inset, high = size * 0.06, top + size * 0.26
            edges = (across + inset, high, across + size * BOX_EM - inset, high + size * 0.62)
            pen.rounded_rectangle(edges, size * 0.08, outline=FAINT, width=max(1, size // 24))
            across += size * BOX_EM


def _face(image: Image.Image, agent_id: str, at: tuple[int, int], size: int) -> None:
    cells, hue = glyph_of(agent_id)
    ground = Image.new("L", (size * _SMOOTH, size * _SMOOTH), 0)
    ImageDraw.Draw(ground).rounded_rectangle((0, 0, *((size * _SMOOTH - 1,) * 2)), size * _SMOOTH * 0.25, fill=255)
    image.paste(_oklch(*_FACE_GROUND, hue * 10), at, ground.resize((size, size), Image.Resampling.LANCZOS))
    pen = ImageDraw.Draw(image)
    # As in the pages' SVG: five cells and one of margin on each side.
    steps = [round(size * step / 7) for step in range(8)]
    ink = _oklch(*_FACE_INK, hue * 10)
    for row, filled in enumerate(rows_of(cells), 1):
        for column, on in enumerate(filled, 1):
            if on:
                left, top = at[0] + steps[column], at[1] + steps[row]
                right, bottom = at[0] + steps[column + 1] - 1, at[1] + steps[row + 1] - 1
                pen.rectangle((left, top, right, bottom), fill=ink)


@lru_cache(maxsize=4)
def _mark(size: int) -> Image.Image:
    """The claw mark as a mask."""
    points, (x, y) = [_MARK_START], _MARK_START
    for x1, y1, x2, y2, x3, y3 in _MARK:
        for step in range(1, 13):
            t = step / 12
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            points.append((a * x + b * x1 + c * x2 + d * x3, a * y + b * y1 + c * y2 + d * y3))
        x, y = x3, y3
    scale = size * _SMOOTH / 24
    mask = Image.new("L", (size * _SMOOTH, size * _SMOOTH), 0)
    ImageDraw.Draw(mask).polygon([(px * scale, py * scale) for px, py in points], fill=255)
    return mask.resize((size, size), Image.Resampling.LANCZOS)


def _oklch(lightness: float, chroma: float, hue: float) -> _Colour:
    """The colour in sRGB (Björn Ottosson, "A perceptual color space for image processing", 2020)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    red, green, blue = (_gamma(min(max(part, 0.0), 1.0)) for part in linear)
    return red, green, blue


def _gamma(part: float) -> int:
    return round(255 * (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055))
