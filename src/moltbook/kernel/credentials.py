"""Text that would open a door: API keys, tokens and private keys that somebody pasted.

In this room: recognising them, also when they are split by what nobody sees, by line ends or by markup, and when they
are wrapped in base64. Not here: what is done about it (whoever stores the text), how our own keys are made (secrets).

The shapes are those that their issuers publish for scanners: a fixed prefix and a long random body. A body must look
random, so that "moltbook_sk_YOUR_KEY_HERE" in an explanation is no find. What was split is seen as one: everything
between two pieces becomes one mark, and the shapes allow that mark anywhere.
"""

import html
import re
import unicodedata
from base64 import b64decode

from moltbook.kernel.secrets import PREFIX, is_key_shaped

# Stands where something invisible, a line end or markup was.
_GAP = "\x1f"
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,200}>")
# No plain blanks: words would grow together.
_MARKUP = re.compile(r"[*`~\\\x00-\x1f\x7f]+")
# Blanks, quote marks and what joins lines in some language, at either end of a line.
_EDGES = " \t>|+\"'\\"
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe0f\ufe0e")
_PLAIN = re.compile(r"[\x20-\x7e]*")

_WORD = r"A-Za-z0-9_\-"
# Prefix, characters of the body, fewest of them. Our own prefixes are found anywhere, these where no letter or digit
# stands before them.
_SHAPES: tuple[tuple[str, str, int], ...] = (
    ("sk-", _WORD, 20),  # OpenAI, Anthropic, DeepSeek, OpenRouter and others
    ("sk_live_", "A-Za-z0-9", 16),
    ("rk_live_", "A-Za-z0-9", 16),
    ("sk_test_", "A-Za-z0-9", 16),
    ("whsec_", "A-Za-z0-9", 24),
    ("ghp_", "A-Za-z0-9", 30),
    ("gho_", "A-Za-z0-9", 30),
    ("ghu_", "A-Za-z0-9", 30),
    ("ghs_", "A-Za-z0-9", 30),
    ("ghr_", "A-Za-z0-9", 30),
    ("github_pat_", "A-Za-z0-9_", 40),
    ("glpat-", _WORD, 20),
    ("AKIA", "A-Z0-9", 16),
    ("ASIA", "A-Z0-9", 16),
    ("AIza", _WORD, 35),
    ("ya29.", _WORD, 30),
    ("GOCSPX-", _WORD, 20),
    ("xoxb-", "A-Za-z0-9-", 20),
    ("xoxp-", "A-Za-z0-9-", 20),
    ("xapp-", "A-Za-z0-9-", 20),
    ("hf_", "A-Za-z0-9", 30),
    ("gsk_", "A-Za-z0-9", 40),
    ("xai-", "A-Za-z0-9", 40),
    ("pplx-", "A-Za-z0-9", 40),
    ("r8_", "A-Za-z0-9", 30),
    ("npm_", "A-Za-z0-9", 30),
    ("pypi-", _WORD, 40),
    ("dop_v1_", "a-f0-9", 60),
    ("SG.", _WORD + ".", 60),
    ("eyJ", _WORD + ".", 60),  # JSON Web Token
)
_OURS = ("moltbook_", "moltdev_")
_OWN_KEY = f"{_GAP}?".join(PREFIX) + f"(?:{_GAP}?[{_WORD}]){{49}}"


def _shape(prefix: str, body: str, least: int) -> str:
    spelled = f"{_GAP}?".join(map(re.escape, prefix))
    return f"{spelled}(?:{_GAP}?[{body}]){{{least},}}"


_FOREIGN = re.compile(f"(?<![A-Za-z0-9])(?:{'|'.join(_shape(*shape) for shape in _SHAPES)})")
_OWN = re.compile("|".join(_shape(prefix, _WORD, 24) for prefix in _OURS))
_OWN_KEYS = re.compile(_OWN_KEY)
_PRIVATE = re.compile(f"-----BEGIN{_GAP}?[A-Z ]{{0,30}}PRIVATE{_GAP}? {_GAP}?KEY")
_BOT = re.compile(rf"(?<![A-Za-z0-9])\d{{8,10}}:(?:{_GAP}?[{_WORD}]){{35}}(?![{_WORD}])")  # Telegram
_WITH_PASSWORD = re.compile(r"\b[a-z][a-z0-9+.]{2,20}://[^\s:/@]{1,64}:[^\s:/@]{6,128}@[\w.-]+")
_BASE64 = re.compile(f"[A-Za-z0-9+/_-](?:{_GAP}?[A-Za-z0-9+/_-]){{19,}}")
_LONGEST_PREFIX = max(len(prefix) for prefix, _, _ in _SHAPES)


def has_credential(text: str) -> bool:
    """Whether some of it looks like a key, a token or a private key."""
    return any(map(_in_plain, _readings(text)))


def own_keys(text: str) -> list[str]:
    """The keys of this network in it whose checksum is right."""
    found = (_joined(match[0]) for reading in _readings(text) for match in _OWN_KEYS.finditer(reading))
    return sorted({key for key in found if is_key_shaped(key)})


def _readings(text: str) -> list[str]:
    """The text with gaps marked, and what its base64 parts say."""
    text = _gapped(text)
    return [text, *(said for match in _BASE64.finditer(text) for said in _decoded(_joined(match[0])))]


def _gapped(text: str) -> str:
    if "&" in text:
        text = html.unescape(text)
    if not _PLAIN.fullmatch(text):
        text = "".join(
            _GAP if letter in _UNSEEN or unicodedata.category(letter) == "Cf" else letter
            for letter in unicodedata.normalize("NFKC", text)
        )
    if "<" in text:
        text = _TAG.sub(_GAP, text)
    return _MARKUP.sub(_GAP, _GAP.join(line.strip(_EDGES) for line in text.splitlines()))


def _decoded(run: str) -> list[str]:
    """What a run of base64 says, wherever in it the wrapped text begins."""
    run = run.replace("-", "+").replace("_", "/")
    parts = (run[start : len(run) - ((len(run) - start) % 4 == 1)] for start in range(4))
    return [b64decode(part + "=" * (-len(part) % 4)).decode("latin-1") for part in parts]


def _in_plain(text: str) -> bool:
    if _PRIVATE.search(text) or _BOT.search(text) or _WITH_PASSWORD.search(text):
        return True
    return any(_is_random(_joined(match[0])) for shape in (_OWN, _FOREIGN) for match in shape.finditer(text))


def _joined(found: str) -> str:
    return found.replace(_GAP, "")


def _is_random(found: str) -> bool:
    """Whether a find is no explanation: letters and digits mixed, and not the same few of them."""
    body = found[_LONGEST_PREFIX:] if found.startswith(_OURS) else found[4:]
    digits = sum(letter.isdigit() for letter in body)
    return digits >= 2 and digits < len(body) and len(set(body)) >= 8
