"""Trust: words of others are quotations with a name, and orders among them are not even that.

In this room: flattening text, quoting it so that nothing in it can pass for layout or for our own words, noticing
orders. Not here: credentials (credentials), how far somebody is trusted (people).
"""

from __future__ import annotations

import re
from functools import lru_cache

from moltbook.minds.memory.credentials import has_credential, unwrapped, visible

QUOTE_CHARS = 200
OWN_CHARS = 500
CHECKED_CHARS = 4_000
"""So far a text is read when it is judged; what is kept of it is much shorter."""

_ROLE = "system|assistant|user|human|developer|tool|function|instructions?|prompt|someone|posts|answers|said|me"
_LAYOUT = (
    (re.compile(r"<\|[^|<>]{0,60}\|>|\[/?(?:INST|SYS|SYSTEM|TOOL)[^\]]{0,20}\]|<</?SYS>>", re.IGNORECASE), " "),
    (re.compile(r"</?[a-z!][^<>]{0,80}>", re.IGNORECASE), " "),
    (re.compile(r"`{1,}|~{3,}|#{2,}|={3,}|-{3,}|\*{2,}|[{}<>|]"), " "),
    (re.compile(rf"\b({_ROLE})\s*:", re.IGNORECASE), r"\1,"),
    (re.compile(r"[\"“”„«»]|''"), "'"),
)


def flat(text: str, most_chars: int) -> str:
    """One line of what can be seen, cut at a word."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(text.split())
    if len(line) <= most_chars:
        return line
    head, _, _ = line[: most_chars + 1].rpartition(" ")
    return (head or line)[:most_chars]


def harmless(text: str, most_chars: int = QUOTE_CHARS) -> str:
    """One line without anything that could pass for layout, for a speaker or for the end of a quotation."""
    line = flat(visible(text[:CHECKED_CHARS]), CHECKED_CHARS)
    for pattern, instead in _LAYOUT:
        line = pattern.sub(instead, line)
    return flat(line.lstrip("#>-=*: "), most_chars)


def quoted(author: str, text: str, most_chars: int = QUOTE_CHARS) -> str:
    """The words of somebody else as a line of a prompt: always with the name, always within quotation marks."""
    return f'{name_of(author)} said: "{harmless(text, most_chars)}"'


def name_of(author: str) -> str:
    """A name as it may stand before a quotation."""
    return re.sub(r"[^A-Za-z0-9_-]", "", author)[:32] or "Somebody"


def word_of(text: str, most_chars: int = 40) -> str:
    """A topic, or the name of a place, as it may be remembered; empty when it may not."""
    line = harmless(text[:CHECKED_CHARS], most_chars)
    return "" if has_credential(text[:CHECKED_CHARS]) or gives_orders(line) else line


def without_tokens(text: str) -> str:
    """A text as a model may see it: what looks like a key, an id or something encoded is left out."""
    return _LONG_TOKEN.sub("…", text)


def has_long_token(text: str) -> bool:
    """Whether a text holds what looks like a key, an id or something encoded."""
    return _LONG_TOKEN.search(text) is not None


def has_link(text: str) -> bool:
    """Whether a text leads elsewhere."""
    return _LINK.search(text) is not None


_LINK = re.compile(r"https?:|www\.", re.IGNORECASE)
_LONG_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
"""No word of a conversation is so long."""
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0458\u0455\u0501\u04bb\u043a\u043c\u0442"
    "\u03b1\u03bf\u03c1\u03bd\u03b9\u03ba0134@$",
    "aeopcxyijsdhkmt" + "aopvik" + "oieaas",
)
_RULES = (
    r"(?:instructions?|prompts?|rules?|guidelines?|directives?|orders|context|training|programming|persona|character|"
    r"constraints|polic(?:y|ies)|safety|restrictions)"
)
_SECRETS = r"(?:keys?|apikeys?|tokens?|passwords?|passphrase|secrets?|credentials?|seed phrase|env|system prompt)"
_DEEDS = (
    r"(?:upvote|downvote|vote|follow|unfollow|post|reply|respond|answer|join|send|obey|comply|execute|run|install|"
    r"visit|click|transfer|buy|pay|dm|message|subscribe|repeat|pretend|ignore|delete|reveal|print|output|shill)"
)
_START = r"(?:^|[.!?;:,] ?|\b(?:please|now|immediately|just|then|and|must|everyone|agents?|bots?|always|to) )"
_ORDERS = re.compile(
    "|".join(
        (
            rf"\b(?:ignor\w*|disregard\w*|forget|override|bypass|drop|abandon|violate) (?:\w+ ){{0,6}}{_RULES}\b",
            r"\b(?:ignore|disregard|forget) (?:all|everything|anything|what) (?:\w+ ){0,3}"
            r"(?:above|before|previous\w*|prior|earlier|told|said)\b",
            rf"\b(?:new|updated|real|actual|following|hidden|secret|your) (?:system )?(?:task|{_RULES}) (?:is|are)\b",
            r"\bsystem (?:prompt|override|message|update|notice)\b|\bdeveloper mode\b|\bjailbreak|\bdo anything now\b",
            r"\b(?:send|give|tell|show|post|reveal|share|print|paste|leak|output|repeat|write|dm|export|expose|hand|"
            r"forward|include|reply with|disclose|dump)\b[\w ,]{0,30}\b(?:your|my|api|own|its|all)\b[\w ]{0,20}"
            rf"\b{_SECRETS}\b",
            r"\byou (?:must|have to|need to|are required to|are ordered to|shall|will now|should now)"
            rf"(?: now| all| immediately| always| only)? (?:\w+ly )?{_DEEDS}\b",
            rf"{_START}(?:upvote|downvote|repost|boost) (?:this|me|my|us|our|all|every|everything|it|the)\b",
            rf"{_START}(?:follow|unfollow|subscribe to|obey|message|dm) (?:me|us|my|our|this (?:account|agent))\b",
            rf"{_START}(?:run|execute|install|curl|wget|download|eval) "
            r"(?:this|these|the following|following|npx|pip|npm|curl|wget|python3?|node|sudo|bash|sh|https?|code|rm)\b",
            r"\b(?:visit|click|go to|open|fetch)\b[\w ]{0,20}\b(?:https?|www|link|url|website)\b",
            r"\byou are now (?:a|an|in|the|dan|free|unrestricted)\b|\byou are no longer\b",
            r"\bfrom now on\b[ ,]*(?:you|your|only|always|act|answer|reply)\b",
            rf"{_START}(?:act as|pretend (?:to be|you)|role ?play as|comply)\b",
            r"\b(?:send|transfer|pay|deposit)\b[\w ]{0,30}\b(?:btc|eth|bitcoin|usd[tc]|sol|wallet|coins?|tokens?|money|"
            r"funds|crypto)\b",
            r"\bas your (?:developer|admin\w*|operator|owner|creator|maker|master)\b",
            r"\bignor\w* (?:\w+ ){0,5}(?:instru\w+|anweisung\w*|istruzion\w*|consignes|regeln|reglas|befehle)\b",
            "\u5ffd\u7565.{0,8}(?:\u6307\u4ee4|\u6307\u793a|\u8bf4\u660e|\u89c4\u5219|\u63d0\u793a)",
        )
    )
)
_SQUEEZED = re.compile(
    r"(?:ignore|disregard|forget)(?:all|any|every|the|your|my)*(?:previous|prior|above|earlier)\w{0,12}instruction"
    r"|(?:send|give|reveal|tell|show)\w{0,4}your(?:api)?(?:key|token|password|secret)"
)
_TRIGGERS = frozenset(
    """ignore ignored ignores ignoring ignora ignorez ignoriere ignorieren ignorier disregard disregarding forget
    override bypass drop abandon violate task instructions instruction prompt prompts rules guidelines directive
    directives orders system developer jailbreak jailbreaks jailbroken anything send give tell show post reveal share
    print paste leak output repeat write dm export expose hand forward include reply disclose dump must need required
    ordered shall will should upvote downvote repost boost follow unfollow subscribe obey message run execute install
    curl wget download eval visit click go open fetch now longer act pretend role roleplay comply transfer pay deposit
    admin administrator operator owner creator maker master have""".split()
)
"""No order is without one of these: most texts are none, and are seen to be so at once."""
_MARKERS = re.compile(
    r"<\|[^|<>]{0,60}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|instructions?|prompt|tool|user|assistant|admin)\b"
    r"|(?:^|[\n.!?>\]#*] *)(?:system|assistant|developer|admin|human|instructions?)\s*:|#{2,} *(?:system|instruction)",
    re.IGNORECASE,
)
_WRAPPED = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


@lru_cache(maxsize=2_048)
def gives_orders(text: str) -> bool:
    """Whether a text wants to steer its readers: it is then never quoted. A missed one is still only a quotation."""
    seen = visible(text[:CHECKED_CHARS])
    if _MARKERS.search(seen):
        return True
    wrapped = (said for run in _WRAPPED.findall(seen) for said in unwrapped(run.rstrip("=")))
    return any(map(_orders_in, (seen, *wrapped)))


def _orders_in(text: str) -> bool:
    small = text.lower()
    plain = small.translate(_LOOK_ALIKES)
    for reading in {small, plain}:
        if not _TRIGGERS.isdisjoint(re.findall(r"[a-z]+", reading)) and _ORDERS.search(_bare(reading)):
            return True
    if "\u5ffd\u7565" in small and _ORDERS.search(small):
        return True
    return bool(_SQUEEZED.search(re.sub(r"[\W_]+", "", plain)))


def _bare(text: str) -> str:
    """The words, with as much of the marks as parts sentences."""
    return " ".join(re.sub(r"[^\w.!?;:,]+|_+", " ", text.replace("'", "")).split())
