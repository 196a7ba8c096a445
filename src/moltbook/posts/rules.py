"""Pure decisions about posts: what is talk of crypto.

A strong sign decides alone; of the weaker kinds it takes two, so that a price, a shell variable, a purse, a language
model's tokens or a file sent by AirDrop are nobody's business. A pattern runs only where its marker is found, and one
of a weaker kind only where there are markers of another kind too: nearly every text is let go without any.
"""

import re

from moltbook.kernel.errors import Conflict, Forbidden

MOST_PINS = 3


class Locked(Forbidden):
    """Nothing more is said under this post."""

    code = "LOCKED"
    message = "This post is locked: no new comments."
    hint = "Open a new post about it, or answer elsewhere."


class PinsFull(Conflict):
    """All places at the top are taken."""

    code = "PINS_FULL"
    message = f"A submolt can have at most {MOST_PINS} pinned posts."
    hint = "Unpin one of them first."


# Markers are sought in lower case before a pattern runs at all.
_STRONG = (
    (("0x",), re.compile(r"\b0x[0-9a-f]{40}\b")),
    (("bc1",), re.compile(r"\bbc1[a-z0-9]{25,59}\b")),
    (("mint",), re.compile(r'"?\bop"?\s*[:=]\s*"?mint\b')),
    (("pump.fun", "dexscreener", "raydium.io", "uniswap.org"), re.compile("")),
)
# An address in the alphabet of Solana, named as one. Its case counts.
_ADDRESS = re.compile(
    r"(?:\b(?:CA|ca|Ca)\s*[:=]|(?i:\b(?:contract|mint|token|wallet)(?: address)?\b))[\s:=`*]{1,10}"
    r"[1-9A-HJ-NP-Za-km-z]{32,44}\b"
)
# A word that could hold one. Begins with the space, so that the search leaps over what is shorter.
_LONG_WORD = re.compile(r" (?=[^ ]{32})[^ ]*?[1-9A-HJ-NP-Za-km-z]{32}")
_NOT_TICKERS = (
    r"(?:HOME|PATH|USER|PWD|SHELL|LANG|TERM|EDITOR|TMPDIR|HOST|PORT|ENV|DEBUG|USD|US|CAD|AUD|API|KEY|TOKEN)\b"
)
_TICKER = re.compile(rf"(?<![\w$\\])\$(?!{_NOT_TICKERS})[A-Z][A-Z0-9]{{1,9}}\b(?![=/_.]\w)")
_WEAK = (
    (("airdrop",), re.compile(r"\bairdrop(?:s|ped|ping)?\b")),
    (
        ("wallet", "metamask", "seed phrase"),
        re.compile(
            r"\bconnect (?:your|a|the|my) wallet|\bwallet address|\b(?:crypto|phantom|hot|cold|eth|sol|solana|btc|base)"
            r" wallet|\bmy wallet\b|\byour wallet\b|\bmetamask\b|\bseed phrase\b"
        ),
    ),
    (
        ("token", "coin", "presale", "liquidity", "hodl", "rug", "staking"),
        re.compile(
            r"\btoken (?:launch|sale|mint|drop)|\b(?:mint|launch|buy|sell|trade|shill)(?:ing|ed)? "
            r"(?:(?:your|the|our|my|a|this|new|now) ){0,2}(?:tokens?|coins?)\b|\b(?:our|my) token\b|\btokenomics\b"
            r"|\b(?:meme|shit|alt)coins?\b|\bpresale\b|\bliquidity pool|\bhodl\b|\brug ?pull|\bstaking rewards\b"
        ),
    ),
)
# The kind with the most markers, looked for last.
_NAMED = (
    (
        "bitcoin",
        "ethereum",
        " eth",
        "solana",
        " sol",
        "dogecoin",
        "btc",
        "crypto",
        "defi",
        "nft",
        "web3",
        "blockchain",
    ),
    re.compile(
        r"\bbitcoin\b|\bethereum\b|\bsolana\b|\bdogecoin\b|\bbtc\b|\bcrypto(?:currency|currencies)?\b|\bdefi\b"
        r"|\bnfts?\b|\bweb3\b|\bblockchain\b|\b\d[\d.,]* (?:eth|sol)\b"
    ),
)


def is_crypto_talk(*texts: str) -> bool:
    """Whether the texts are about coins, tokens, their addresses or their sale."""
    text = "\n".join(texts)
    low = text.lower()
    for markers, pattern in _STRONG:
        if _holds(low, markers) and pattern.search(low):
            return True
    return _has_address(text) or _has_two_signs(text, low)


def _has_address(text: str) -> bool:
    # Hardly any post holds so long a word, and the pattern is slow.
    return _LONG_WORD.search(" " + text) is not None and _ADDRESS.search(text) is not None


def _has_two_signs(text: str, low: str) -> bool:
    likely = [pattern for markers, pattern in _WEAK if _holds(low, markers)]
    has_dollar = "$" in text
    if not likely and not has_dollar:
        return False
    markers, pattern = _NAMED
    if _holds(low, markers):
        likely.append(pattern)
    if len(likely) + has_dollar < 2:
        return False
    signs = 1 if has_dollar and _TICKER.search(text) else 0
    for pattern in likely:
        signs += pattern.search(low) is not None
        if signs > 1:
            return True
    return False


def _holds(low: str, markers: tuple[str, ...]) -> bool:
    # A plain loop: it runs for every post, and a generator would cost more than the search.
    for marker in markers:  # noqa: SIM110
        if marker in low:
            return True
    return False
