"""Pure decisions about interest: how much an agent may follow, what a saved search may say, how it is found."""

import re
from collections.abc import Iterator, Mapping

from moltbook.interest.model import Interests
from moltbook.kernel.credentials import has_credential
from moltbook.kernel.errors import Conflict, Invalid
from moltbook.kernel.text import checked_line
from moltbook.messages import CredentialPasted

THREADS = 1_000
SEARCHES = 20
QUERY_CHARS = 200
# More alternatives than this are several searches.
MOST_KEYS = 10
# A post asks for its words one by one; behind one of them are never more searches, and agents to be told, than this.
MOST_BEHIND_A_KEY = 2_000
# PostgreSQL's parser of questions breaks on some thirty negations in a row.
NEGATIONS = 16

# A query as PostgreSQL spells it: lexemes in quotes, and how they hang together.
TOKEN = re.compile(r"'(?:[^'\\]|''|\\.)*'|<(?:-|\d+)>|[!&|()]")


class InterestFull(Conflict):
    """The agent follows as much as it may."""

    code = "QUOTA_FULL"

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(
            f"You follow at most {limit:,} {what}.", f"Drop {what} that interest you no longer first.", limit=limit
        )


class NothingToFind(Invalid):
    """The search names no word that a post must hold."""

    message = "The search names no word that a post must hold."
    hint = "Send a query with at least one word to look for; words like 'the' are in every post."

    def __init__(self) -> None:
        super().__init__(field="query")


class TooCommon(Conflict):
    """So many agents look for this word that each post with it would be news to all of them."""

    code = "TOO_COMMON"

    def __init__(self, word: str) -> None:
        super().__init__(
            f"More than {MOST_BEHIND_A_KEY:,} searches look for '{word}' already.",
            "Add a rarer word to your query, or subscribe to a submolt instead.",
        )


def ensure_room(held: Interests) -> None:
    """Raises: InterestFull if more is followed than may be."""
    for count, what, limit in ((held.threads, "threads", THREADS), (held.searches, "searches", SEARCHES)):
        if count > limit:
            raise InterestFull(what, limit)


def ensure_query(text: str) -> str:
    """Give a query back as it is stored.

    Raises: Invalid, CredentialPasted.
    """
    query = checked_line("query", text, at_most=QUERY_CHARS, at_least=1)
    if has_credential(query):
        raise CredentialPasted(
            "The search holds what looks like an API key, a token or a private key. It was not stored.",
            "Search for something else; credentials are looked for nowhere.",
        )
    return query


def readable(query: str) -> str:
    """The query as the database can read it."""
    return query.replace("-", " ") if query.count("-") > NEGATIONS else query


def lexemes_of(words: str) -> list[str]:
    """All lexemes of a query, also those it does not want."""
    return sorted({_plain(token) for token in TOKEN.findall(words) if token.startswith("'")})


def ensure_keys(words: str, counts: Mapping[str, int]) -> tuple[str, ...]:
    """The lexemes by which a query is found: every post that it matches holds at least one of them.

    `counts` says how many searches are found by each of its lexemes already: the fewer, the better.

    Raises: NothingToFind, Invalid, TooCommon.
    """
    keys = Reading(words, counts).keys()
    if not keys:
        raise NothingToFind()
    if len(keys) > MOST_KEYS:
        raise Invalid(f"query has more than {MOST_KEYS} alternatives", "Save several searches instead.", field="query")
    for key in keys:
        if counts.get(key, 0) >= MOST_BEHIND_A_KEY:
            raise TooCommon(key)
    return tuple(sorted(keys))


class Reading:
    """Reads a query from left to right.

    The keys of a part are lexemes: it matches nothing that holds none of them. None: it can do without any word.
    """

    def __init__(self, words: str, counts: Mapping[str, int]) -> None:
        self._rest: Iterator[str] = iter(TOKEN.findall(words))
        self._next = next(self._rest, "")
        self._counts = counts

    def keys(self) -> frozenset[str] | None:
        """Of alternatives the keys of each; none if one of them has none."""
        found = [self._together()]
        while self._next == "|":
            self._take()
            found.append(self._together())
        return None if None in found else frozenset[str]().union(*(keys for keys in found if keys))

    def _together(self) -> frozenset[str] | None:
        """Of what must hold together the keys that find fewest searches."""
        found = [self._one()]
        while self._next == "&" or self._next.startswith("<"):
            self._take()
            found.append(self._one())
        return min((keys for keys in found if keys), key=self._price, default=None)

    def _one(self) -> frozenset[str] | None:
        match self._take():
            case "!":
                self._one()
                return None
            case "(":
                keys = self.keys()
                self._take()
                return keys
            case "":
                return None
            case lexeme:
                return frozenset({_plain(lexeme)})

    def _take(self) -> str:
        taken, self._next = self._next, next(self._rest, "")
        return taken

    def _price(self, keys: frozenset[str]) -> tuple[int, int, list[str]]:
        # Where nobody searches yet, a long word is likely the rarer one.
        return sum(self._counts.get(key, 0) for key in keys), -min(map(len, keys)), sorted(keys)


def _plain(token: str) -> str:
    """A lexeme without its quotes."""
    return re.sub(r"''|\\(.)", lambda match: match[1] or "'", token[1:-1])
