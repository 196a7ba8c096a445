"""Wording: what the acts of a simulation say. Templates, words by topic, and every agent's own habits.

All chance here hangs on the number of the post or comment and on the seed: a text can be left out, or made later, and
everything else stays as it is. What the words are: lexicon.toml.
"""

import tomllib
from collections.abc import Callable
from importlib import resources
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from moltbook.minds.society.ids import Kind, Words, mix
from moltbook.minds.society.simulation import Simulation

Choice = TypeVar("Choice")
_Form = Callable[[str, str, str], str]

_WORDS_A_TOPIC = 24
_OWN_OPENERS, _OWN_ASIDES, _OWN_CLOSERS = 4, 3, 3
_MOST_STOCK = 6
# A prime that divides no multiple of the number of pairs of words below it.
_STRIDE = 1_000_003
_STYLES = 3


class Wording:
    """All texts of a society."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._seed = simulation.seed
        lexicon = tomllib.loads(resources.files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8"))
        self.topics = list(lexicon["topics"])
        self._words: list[str] = [word for words in lexicon["topics"].values() for word in words.split(",")]
        self._adjectives: list[str] = lexicon["words"]["adjectives"].split(",")
        self._nouns: list[str] = lexicon["words"]["nouns"].split(",")
        self._asides = [f"{_capital(aside)}, " for aside in lexicon["words"]["persona"].split(",")]
        said, posted = lexicon["comments"], lexicon["posts"]
        self._openers: list[str] = said["openers"].split("|")
        self._closers: list[str] = said["closers"].split("|")
        self._common: list[str] = said["common"].split("|")
        self._bodies, self._stock = _forms(said["bodies"]), _forms(said["stock"])
        self._titles, self._hellos = _forms(posted["titles"]), _forms(posted["hellos"])
        self._sentences, self._endings = _forms(posted["bodies"]), _forms(posted["endings"])
        self._favourite = simulation.people.interests.argmax(axis=1).astype(np.int16)
        self._submolts = self._name_submolts()

    def names(self, agents: npt.NDArray[np.integer]) -> list[str]:
        """The names of agents: two words and, where those are used up, a number."""
        adjectives, nouns = len(self._adjectives), len(self._nouns)
        room = adjectives * nouns * -(-self._simulation.agents // (adjectives * nouns))
        place = (agents.astype(np.int64) * _STRIDE + self._seed * 7919) % room
        style = (mix(self._seed, Kind.NAME, agents) % np.uint64(_STYLES)).astype(np.int64)
        more, pair = place // (adjectives * nouns), place % (adjectives * nouns)
        names = []
        for adjective, noun, number, how in zip(
            (pair // nouns).tolist(), (pair % nouns).tolist(), more.tolist(), style.tolist(), strict=True
        ):
            one, two = self._adjectives[adjective], self._nouns[noun]
            joined = f"{one}_{two}" if how == 0 else f"{one}-{two}" if how == 1 else f"{_capital(one)}{_capital(two)}"
            names.append(f"{joined}{number}" if number else joined)
        return names

    def abouts(self, agents: npt.NDArray[np.integer]) -> list[str]:
        """What agents say about themselves."""
        first, second = self._pair(mix(self._seed, Kind.HABIT, agents), self._favourite[agents])
        topics = self._favourite[agents].tolist()
        words = self._words
        return [
            f"Thinks about {self.topics[topic]}: {words[a]}, {words[b]}."
            for topic, a, b in zip(topics, first, second, strict=True)
        ]

    def submolt(self, number: int) -> tuple[str, str, str]:
        """Name, title and description of a submolt."""
        name = self._submolts[number]
        topic = self.topics[int(self._simulation.submolt_topic[number])]
        return name, name.replace("-", " ").title(), f"A place for {topic}, and for {name.replace('-', ' ')} above all."

    def posts(self, first: int, until: int) -> list[tuple[str, str]]:
        """Title and text of each post."""
        rows = self._simulation.posts.rows[first:until]
        number = np.arange(first, until)
        author = rows["author"]
        stock = _share(mix(self._seed, Kind.STOCK, number)) < self._simulation.parameters.post_stock
        key = np.where(stock, 2**40 + author.astype(np.int64), number)
        chance = mix(self._seed, Kind.POST_WORDS, key)
        topic = np.where(stock, self._favourite[author], rows["topic"])
        more = mix(self._seed, Kind.HABIT, key)
        one, two = self._pair(chance, topic)
        three, four = self._pair(more, topic)
        words, found = self._words, []
        for first_word, second_word, third_word, fourth_word, bits, name, hello in zip(
            one, two, three, four, (chance >> np.uint64(24)).tolist(), self.names(author),
            (rows["hello"] & ~stock).tolist(), strict=True,
        ):  # fmt: skip
            a, b = words[first_word], words[second_word]
            title = _capital(_pick(self._titles, bits)(a, b, name))
            greeting = _pick(self._hellos, bits)(a, b, name) if hello else ""
            sentence = _capital(_pick(self._sentences, bits >> 6)(a, b, name))
            another = _capital(_pick(self._sentences, bits >> 12)(words[third_word], words[fourth_word], name))
            ending = _pick(self._endings, bits >> 18)(a, b, name)
            aside = self._asides[(bits >> 24) % len(self._asides)]
            found.append((title, f"{greeting}{sentence}. {aside}{another[0].lower()}{another[1:]}.{ending}"))
        return found

    def comments(self, first: int, until: int) -> list[str]:
        """The text of each comment: a stock line, one that everybody says, or words about the post."""
        simulation, parameters = self._simulation, self._simulation.parameters
        rows = simulation.comments.rows[first:until]
        number, author = np.arange(first, until), rows["author"]
        chance, kind = mix(self._seed, Kind.COMMENT_WORDS, number), mix(self._seed, Kind.STOCK, number)
        share = _share(kind)
        common = share < parameters.common
        stock = ~common & (share < parameters.common + (1 - parameters.common) * simulation.people.parrot[author])

        post = rows["post"]
        on_topic = _share(kind << np.uint64(24)) < parameters.on_topic
        topic = np.where(on_topic, simulation.posts.rows["topic"][post], self._favourite[author])
        own, other = self._pair(chance, topic)
        key, _ = self._pair(mix(self._seed, Kind.POST_WORDS, post), topic)
        habit = mix(self._seed, Kind.HABIT, author)
        lines = 1 + (habit >> np.uint64(40)) % np.uint64(_MOST_STOCK)
        line = (_share(chance) ** 2 * lines).astype(np.int64) + author.astype(np.int64) * _MOST_STOCK
        line_chance = mix(self._seed, Kind.NAME, line + 2**40)
        stock_one, stock_two = self._pair(line_chance, self._favourite[author])
        first_word = np.where(stock, stock_one, np.where(on_topic, key, own))
        second_word = np.where(stock, stock_two, other)
        words = self._words
        # Names stand in stock lines only.
        names = iter(self.names(author[stock]))
        found = []
        for is_common, is_stock, a, b, bits, way, form in zip(
            common.tolist(), stock.tolist(), first_word.tolist(), second_word.tolist(),
            (chance >> np.uint64(16)).tolist(), (habit >> np.uint64(8)).tolist(), line_chance.tolist(), strict=True,
        ):  # fmt: skip
            if is_common:
                found.append(_pick(self._common, bits))
            elif is_stock:
                found.append(_capital(_pick(self._stock, form)(words[a], words[b], next(names))))
            else:
                opener = _pick(self._openers, way + (bits >> 8) % _OWN_OPENERS)
                aside = _pick(self._asides, (way >> 6) + (bits >> 12) % _OWN_ASIDES) if bits & 64 else ""
                body = _pick(self._bodies, bits >> 20)(words[a], words[b], "")
                closer = _pick(self._closers, (way >> 12) + (bits >> 16) % _OWN_CLOSERS)
                if body.endswith("?"):
                    closer = ""
                found.append(f"{opener}{aside}{body if aside else _capital(body)}{closer}")
        return found

    def _pair(self, chance: Words, topic: npt.NDArray[np.integer]) -> tuple[list[int], list[int]]:
        """Two different words of each topic."""
        one = chance % np.uint64(_WORDS_A_TOPIC)
        two = (one + np.uint64(1) + (chance >> np.uint64(8)) % np.uint64(_WORDS_A_TOPIC - 1)) % np.uint64(
            _WORDS_A_TOPIC
        )
        start = topic.astype(np.int64) * _WORDS_A_TOPIC
        return (start + one.astype(np.int64)).tolist(), (start + two.astype(np.int64)).tolist()

    def _name_submolts(self) -> list[str]:
        names = ["general", *self.topics]
        taken = set(names)
        chance = mix(self._seed, Kind.SUBMOLT, np.arange(self._simulation.submolts))
        words, _ = self._pair(chance, self._simulation.submolt_topic)
        for word in words[len(names) :]:
            plain = "-".join(self._words[word].lower().split())
            name, number = plain, 1
            while name in taken:
                number += 1
                name = f"{plain}-{number}"
            taken.add(name)
            names.append(name)
        return names[: self._simulation.submolts]


def _forms(text: str) -> list[_Form]:
    """Forms as functions of two words and a name."""
    plain = [
        form.replace("%(a)s", "{0}").replace("%(b)s", "{1}").replace("%(name)s", "{2}") for form in text.split("|")
    ]
    return [form.format for form in plain]


def _pick(choices: list[Choice], chance: int) -> Choice:
    return choices[chance % len(choices)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _share(chance: Words) -> npt.NDArray[np.float64]:
    return (chance >> np.uint64(40)).astype(np.float64) / 2**24
