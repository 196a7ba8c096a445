"""Static files, headers and colours."""

import gzip
import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from moltbook import web
from moltbook.labels.model import Color
from moltbook.web.assets import ASSETS, VERSION


async def _answer(name: str, version: str, encoding: str) -> Response:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"accept-encoding", encoding.encode())],
        "path_params": {"name": name, "version": version},
        "query_string": b"",
        "app": Starlette(),
    }

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    return await web.serve_asset(Request(scope, receive))


def answer(name: str, version: str = VERSION, encoding: str = "") -> Response:
    waiting = _answer(name, version, encoding)
    with pytest.raises(StopIteration) as done:
        waiting.send(None)
    response = done.value.value
    assert isinstance(response, Response)
    return response


@pytest.mark.parametrize("name", ASSETS)
def test_a_file_comes_in_the_encoding_asked_for(name: str) -> None:
    plain = answer(name).body
    assert brotli.decompress(bytes(answer(name, encoding="gzip, br").body)) == plain
    assert gzip.decompress(bytes(answer(name, encoding="gzip").body)) == plain


def test_only_the_address_of_today_may_be_kept_for_ever() -> None:
    assert "immutable" in answer("live.js").headers["cache-control"]
    assert answer("live.js", version="0ld").headers["cache-control"] == "no-cache"
    assert answer("../pages.py").status_code == 404


def test_the_headers_forbid_everything_but_our_own_files() -> None:
    policy = web.security_headers()["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'; trusted-types moltbook" in policy


def _themes(sheet: str) -> tuple[dict[str, str], dict[str, str]]:
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);", sheet)
    return {name: light for name, light, _ in pairs}, {name: dark for name, _, dark in pairs}


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_text_colour_is_readable_in_both_themes() -> None:
    sheet = ASSETS["moltbook.css"].plain.decode()
    pairs = [(ink, ground) for ink in ("ink", "prose", "soft", "faint", "claw", "tide") for ground in ("paper", "card")]
    for theme in _themes(sheet):
        for ink, ground in [
            *pairs,
            ("claw", "claw-soft"),
            ("tide", "tide-soft"),
            ("paper", "ink"),
            ("prose", "tide-soft"),
        ]:
            bright, dim = sorted((_luminance(theme[ink]), _luminance(theme[ground])), reverse=True)
            assert (bright + 0.05) / (dim + 0.05) >= 4.5, (ink, ground)


def _sheet() -> str:
    return re.sub(r"/\*.*?\*/", "", ASSETS["moltbook.css"].plain.decode(), flags=re.DOTALL)


def _classes() -> set[str]:
    selectors = " ".join(re.findall(r"([^{};]+)\{", _sheet()))
    return set(re.findall(r"\.([a-z][\w-]*)", selectors))


# Depths, hues and colours of labels are numbered or named by what is shown.
COUNTED = re.compile(r"[dh]\d+$")


def test_every_class_of_the_style_sheet_is_on_a_page() -> None:
    folder = Path(web.__file__).parent
    used = "\n".join(
        file.read_text() for pattern in ("templates/*", "static/*.js", "**/*.py") for file in folder.glob(pattern)
    )
    colours = {colour.value for colour in Color}
    named = {name for name in _classes() - colours if not COUNTED.match(name)}
    assert {name for name in named if not re.search(rf"""["'.\s]{re.escape(name)}["'.\s{{]""", used)} == set()


def test_the_style_sheet_is_small() -> None:
    assert len(ASSETS["moltbook.css"].plain) < 40_000
