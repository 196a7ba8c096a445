"""Casting: any number of distinct characters, drawn by lot from the library and the lexicons.

In this room: crossing an archetype with its kin and with drawn traits, habits and interests. Character `number` of a
`seed` is the same whoever draws it and whoever else is drawn, so that a population needs no file.
Not here: the archetypes (personas), the words drawn from (lexicons), names (naming).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import TypeVar

import msgspec

from moltbook.minds.lexicons import (
    CATCHPHRASES,
    DESCRIPTIONS,
    FINALS,
    LETTERS,
    MARKS,
    PAUSES,
    SPELLINGS,
    STANCES,
    TEMPERS,
    TOPICS,
)
from moltbook.minds.naming import Joint, name_of
from moltbook.minds.persona import (
    SLOT,
    Grammar,
    Humans,
    Letters,
    Opinions,
    Persona,
    SamplePost,
    SampleReply,
    Stance,
    Style,
    Traits,
    the_library,
)
from moltbook.minds.style import in_letters
from moltbook.minds.words import with_topic

KIN = 8
"""An archetype mixes with so many others: those that share its interests and its kind of text."""
CONCENTRATION = 0.15
"""Of the Dirichlet distribution over topics: below 1, most characters care for a few topics and much for those."""
DRAWN_INTERESTS, INHERITED_INTERESTS = 9, 4
TRAIT_SPREAD = 0.18
ACTIVITY_SPREAD = 0.7
"""Of the logarithm of activity: a few are much busier than the rest."""
KEEPS_LETTERS = 0.7
KEEPS_HABIT = 0.6

Drawn = TypeVar("Drawn")


def cast(seed: int, count: int) -> list[Persona]:
    """So many distinct characters; the first ones are the same for every count."""
    return [cast_one(seed, number) for number in range(count)]


def cast_one(seed: int, number: int) -> Persona:
    """The how-manieth character of a seed, independent of all others."""
    rng = Random(f"character {seed} {number}")
    library = the_library()
    place = rng.randrange(len(library))
    main, kin = library[place], rng.choice(_kin_of(place))
    traits = _traits(main.traits, rng)
    interests = _interests(main, rng)
    letters = _letters(main, rng)
    joint = Joint.SNAKE if letters is Letters.LOWER and rng.random() < KEEPS_HABIT else rng.choice(tuple(Joint))
    one, two = rng.sample(interests, 2)
    description = rng.choice(DESCRIPTIONS).format(one=one, two=two)
    posts = [*rng.sample(main.posts, 2), rng.choice(kin.posts)]
    replies = [*rng.sample(main.replies, 2), rng.choice(kin.replies)]
    return Persona(
        name=name_of(seed, number, joint),
        description=in_letters(f"{description} {_catchphrase(interests, rng)}", letters),
        who=f"{main.who}, {_temper(traits)} and thinks of the {one} and the {two}",
        traits=traits,
        humans=_humans(rng),
        goals=(rng.choice(main.goals), rng.choice([goal for goal in kin.goals if goal not in main.goals] or kin.goals)),
        interests=interests,
        values=tuple(dict.fromkeys([*rng.sample(main.values, min(2, len(main.values))), rng.choice(kin.values)])),
        opinions=Opinions(
            likes=_mixed(main.opinions.likes, kin.opinions.likes, rng),
            dislikes=_mixed(main.opinions.dislikes, kin.opinions.dislikes, rng),
        ),
        makes_fun_of=tuple(dict.fromkeys([rng.choice(main.makes_fun_of), rng.choice(kin.makes_fun_of)])),
        submolts=tuple(dict.fromkeys([*main.submolts[:-1], rng.choice(kin.submolts), main.submolts[-1]])),
        activity=round(min(max(rng.lognormvariate(0.0, ACTIVITY_SPREAD), 0.1), 6.0), 2),
        style=_style(main, kin, letters, interests, rng),
        posts=tuple(SamplePost(in_letters(p.title, letters), in_letters(p.text, letters)) for p in posts),
        replies=tuple(SampleReply(r.to, in_letters(r.text, letters)) for r in replies),
        grammar=_grammar(main.grammar, kin.grammar, rng),
    )


@cache
def _kin_of(place: int) -> tuple[Persona, ...]:
    """The archetypes nearest to one of the library, of those whose texts have the same form."""
    main = the_library()[place]

    def shared(other: Persona) -> int:
        return len({*main.interests, *main.submolts} & {*other.interests, *other.submolts})

    def form(one: Persona) -> tuple[bool, bool]:
        return one.style.verse, one.style.letters is Letters.UPPER

    others = [other for other in the_library() if other is not main and form(other) == form(main)]
    return tuple(sorted(others, key=lambda other: -shared(other))[:KIN])


@cache
def _reasons(stance: Stance) -> tuple[str, ...]:
    return tuple(persona.humans.because for persona in the_library() if persona.humans.stance is stance)


def _one_of(shares: dict[Drawn, float], rng: Random) -> Drawn:
    return rng.choices(list(shares), weights=list(shares.values()))[0]


def _traits(main: Traits, rng: Random) -> Traits:
    def near(middle: float) -> float:
        return round(min(max(rng.gauss(middle, TRAIT_SPREAD), 0.0), 1.0), 2)

    return Traits(**{trait: near(middle) for trait, middle in msgspec.structs.asdict(main).items()})


def _humans(rng: Random) -> Humans:
    stance = _one_of(STANCES, rng)
    return Humans(stance, rng.choice(_reasons(stance)))


def _temper(traits: Traits) -> str:
    """What is said of its strongest trait."""
    known: dict[str, float] = msgspec.structs.asdict(traits)
    strongest = max(known, key=lambda trait: abs(known[trait] - 0.5))
    return "who " + TEMPERS[strongest][known[strongest] > 0.5]


def _interests(main: Persona, rng: Random) -> tuple[str, ...]:
    """A few of the archetype's, and words of topics whose weights are drawn from a Dirichlet distribution."""
    weights = [rng.gammavariate(CONCENTRATION, 1.0) + 1e-9 for _ in TOPICS]
    found = dict.fromkeys(rng.sample(main.interests, INHERITED_INTERESTS))
    lexicons = tuple(TOPICS.values())
    while len(found) < DRAWN_INTERESTS + INHERITED_INTERESTS:
        # Narrow minds run out of words of their one topic: every draw widens the view a little.
        weights = [weight + 1e-3 for weight in weights]
        found[rng.choice(rng.choices(lexicons, weights=weights)[0])] = None
    return tuple(found)


def _letters(main: Persona, rng: Random) -> Letters:
    keeps = main.style.letters is Letters.UPPER or rng.random() < KEEPS_LETTERS
    return main.style.letters if keeps else _one_of(LETTERS, rng)


def _catchphrase(interests: Sequence[str], rng: Random) -> str:
    """A phrase of its own about something it likes."""
    form, word = rng.choice(CATCHPHRASES), rng.choice(interests)
    return with_topic(form.replace("{word}", "{topic}"), word)


def _mixed(ours: dict[str, str], theirs: dict[str, str], rng: Random) -> dict[str, str]:
    known = {**theirs, **ours}
    return {topic: known[topic] for topic in sorted(rng.sample(sorted(known), min(2, len(known))))}


def _some(ours: Sequence[str], theirs: Sequence[str], count: int, rng: Random) -> tuple[str, ...]:
    """Most of a list from the archetype, the rest from its kin."""
    mine = rng.sample(list(ours), min(len(ours), count - count // 3))
    return tuple(dict.fromkeys([*mine, *rng.sample(list(theirs), min(len(theirs), count - len(mine)))]))


def _style(main: Persona, kin: Persona, letters: Letters, interests: Sequence[str], rng: Random) -> Style:
    """The archetype's style with habits of its own: another ending here, a spelling there, tails and marks."""
    ours = main.style
    plain = not ours.verse
    habits = dict(rng.sample(SPELLINGS, rng.choice((0, 1, 1, 2, 3))))
    tails = [*rng.sample(list(ours.tails), min(len(ours.tails), 2)), _catchphrase(interests, rng)]
    return Style(
        letters=letters,
        most_words=max(ours.most_words + rng.randint(-6, 8), ours.least_words + 8),
        least_words=ours.least_words,
        final=(ours.final if rng.random() < KEEPS_HABIT else _one_of(FINALS, rng)) if plain else "",
        pauses=(ours.pauses if rng.random() < KEEPS_HABIT else _one_of(PAUSES, rng)) if plain else "",
        spellings={**ours.spellings, **habits} if plain else {},
        verse=ours.verse,
        lead=ours.lead if rng.random() < KEEPS_HABIT else "",
        titles=_some(ours.titles, kin.style.titles, 4, rng),
        post_openers=_some(ours.post_openers, kin.style.post_openers, 9, rng),
        reply_openers=_some(ours.reply_openers, kin.style.reply_openers, 6, rng),
        marks=tuple(rng.sample(MARKS, rng.choice((0, 0, 1, 2)))) or ours.marks,
        marks_share=round(rng.uniform(0.2, 0.8), 2),
        tails=tuple(tails),
        tails_share=round(rng.uniform(0.2, 0.6), 2),
    )


def _grammar(ours: Grammar, theirs: Grammar, rng: Random) -> Grammar:
    """Forms of both, and of each slot's words all but one."""
    renamed = SLOT.sub(lambda slot: slot[0] if slot[1] in ("topic", "interest") else f"{{kin_{slot[1]}}}", "\n".join(
        [rng.choice(theirs.posts), rng.choice(theirs.replies)]
    )).split("\n")  # fmt: skip
    posts = (*rng.sample(ours.posts, max(2, len(ours.posts) - 1)), renamed[0])
    replies = (*rng.sample(ours.replies, max(2, len(ours.replies) - 1)), renamed[1])
    known = {**{f"kin_{slot}": words for slot, words in theirs.words.items()}, **ours.words}
    slots = {slot for form in (*posts, *replies) for slot in SLOT.findall(form)} - {"topic", "interest"}
    words = {slot: tuple(rng.sample(known[slot], max(1, len(known[slot]) - 1))) for slot in sorted(slots)}
    return Grammar(posts=posts, replies=replies, words=words)
