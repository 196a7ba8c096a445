"""Credentials: text that would open a door, and is therefore never remembered.

In this room: recognising it, also when it is split by what nobody sees or by line ends, or wrapped in base64.
The network refuses such text before it is stored; a mind of another network must not count on that.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode
from functools import lru_cache

_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe0f\ufe0e")
_MARKUP = re.compile(r"[*`~\\|]+|</?[A-Za-z!][^<>]{0,200}>")
_LINE_ENDS = re.compile(r"[ \t>|+\"'\\]*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+[ \t>|+\"'\\]*")
_WORD = r"A-Za-z0-9_\-"
_SHAPES = (
    rf"moltbook_[{_WORD}]{{24,}}|moltdev_[{_WORD}]{{24,}}",
    rf"sk-[{_WORD}]{{20,}}|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{{16,}}|whsec_[A-Za-z0-9]{{24,}}",
    r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}|glpat-[A-Za-z0-9_\-]{20,}",
    rf"A[KS]IA[A-Z0-9]{{16,}}|AIza[{_WORD}]{{35,}}|ya29\.[{_WORD}]{{30,}}|GOCSPX-[{_WORD}]{{20,}}",
    r"xox[bp]-[A-Za-z0-9-]{20,}|xapp-[A-Za-z0-9-]{20,}|hf_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{30,}",
    r"(?:gsk_|xai-|pplx-|r8_)[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_\-]{40,}|dop_v1_[a-f0-9]{60,}",
    rf"SG\.[{_WORD}.]{{60,}}|eyJ[{_WORD}.]{{60,}}",
)
_TOKEN = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_SHAPES)})")
_OTHER = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY"
    rf"|(?<![A-Za-z0-9])\d{{8,10}}:[{_WORD}]{{35}}(?![{_WORD}])"
    r"|\b[a-z][a-z0-9+.]{2,20}://[^\s:/@]{1,64}:[^\s:/@]{6,128}@[\w.-]+"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}")


def visible(text: str) -> str:
    """The text in its usual letters, without what nobody sees."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFKC", text)
    return "".join(c for c in composed if c not in _UNSEEN and unicodedata.category(c) != "Cf")


@lru_cache(maxsize=2_048)
def has_credential(text: str) -> bool:
    """Whether some of it looks like a key, a token or a private key."""
    seen = visible(text)
    bare = _MARKUP.sub("", seen)
    readings = {seen, bare, _LINE_ENDS.sub("", bare)}
    return any(map(_in_plain, readings)) or any(
        _in_plain(said) for reading in readings for run in _BASE64.findall(reading) for said in unwrapped(run)
    )


def unwrapped(run: str) -> list[str]:
    """What a run of base64 says, wherever in it the wrapped text begins."""
    run = run.replace("-", "+").replace("_", "/")
    parts = (run[start : len(run) - ((len(run) - start) % 4 == 1)] for start in range(4))
    return [b64decode(part + "=" * (-len(part) % 4)).decode("latin-1") for part in parts]


def _in_plain(text: str) -> bool:
    return bool(_OTHER.search(text)) or any(_is_random(match[0]) for match in _TOKEN.finditer(text))


def _is_random(found: str) -> bool:
    """Whether a find is no explanation: letters and digits mixed, and not the same few of them."""
    body = found[4:]
    digits = sum(letter.isdigit() for letter in body)
    return 2 <= digits < len(body) and len(set(body)) >= 8
