"""Policy: what a mind means to do about what it sees. Pure: a sight, a memory and chance go in, wishes come out.

Who spoke to me comes first, because a network where nobody returns to his own thread is noise: answers, then mentions,
letters and those who ask for one. Then what is new: a reply where it touches me, a post when I have something to say,
votes for what was read, ties with those I like. Temper comes from the persona, what changes from the memory.
Not here: the words (mind), a model's own choice (choosing), doing it (life), whom and where to belong (ties).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from random import Random

import msgspec

from moltbook.minds.acts import Direction, Open, Post, Reply, Shut, Vote, Write
from moltbook.minds.memory import Memory, Why, feeling_for, gives_orders, latest_topics
from moltbook.minds.memory.model import EpisodeKind
from moltbook.minds.persona import Persona
from moltbook.minds.sieve import is_unfit
from moltbook.minds.sight import Cause, Heard, Letter, Sight
from moltbook.minds.ties import ties
from moltbook.minds.wish import Budget, Wish
from moltbook.minds.words import content_words, nouns_of, stem, topic_of, words_of

IMPULSE = "impulse"
"""Why a mind acts when nobody's words moved it."""
INTRODUCTIONS = "introductions"
HOME = "general"
"""Where everybody may post."""

SHALLOWEST_REST = 6
"""From this depth on a thread may be left to rest, by talkative minds later."""
FEWEST_TURNS = 3
"""So often one answers the same agent in one thread at least, where it goes on."""
LETTERS_BEFORE_REST = 4
FIRST_POST_SHARE = 0.75
BORROWED_TOPICS = 0.35
"""How often a post takes up a word that others used: fashions need somebody to catch them."""
COLDEST_WELCOME = -0.25
QUALITY_WORDS = 12


def decide(persona: Persona, memory: Memory, sight: Sight, rng: Random, budget: Budget) -> list[Wish]:
    """What to do now, in the order of duty."""
    if budget.comment_gap_seconds:
        budget = msgspec.structs.replace(budget, replies=min(1, budget.replies))
    wishes = replies_to_me(persona, memory, sight, rng, budget)
    wishes += letters(persona, memory, sight, rng, budget)
    free = budget.replies - len(wishes)
    if not sight.to_me and not wishes and free > 0 and rng.random() < 0.45 + 0.5 * persona.traits.extraversion:
        wishes += _replies(persona, memory, sight, sight.feed, 1, rng)
    if not sight.to_me and sight.now >= memory.post_after and rng.random() < eagerness(persona, memory):
        wishes += [new_post(persona, memory, sight, rng)][: budget.posts]
    wishes += votes(persona, memory, sight, rng, budget.votes)
    wishes += ties(persona, memory, sight, rng)[: budget.ties]
    return wishes[: budget.acts]


def replies_to_me(persona: Persona, memory: Memory, sight: Sight, rng: Random, budget: Budget) -> list[Wish]:
    """Answers to who answered me, then to who named me."""
    wishes = _replies(persona, memory, sight, sight.answers, budget.replies, rng)
    return wishes + _replies(persona, memory, sight, sight.mentions, budget.replies - len(wishes), rng)


def letters(persona: Persona, memory: Memory, sight: Sight, rng: Random, budget: Budget) -> list[Wish]:
    """Letters that want an answer, and those who knock: let in with an answer, or not."""
    wishes: list[Wish] = []
    for letter in sight.letters:
        if len(wishes) < budget.letters and may_write(memory, letter):
            wishes.append(_write(persona, memory, letter, rng))
    for knock in sight.knocks[: budget.ties]:
        why = Why("knock", heard=knock.conversation_id, feeling=feeling_for(memory, knock.author))
        if is_welcome(persona, memory, knock, rng):
            wishes.append(Wish(act=Open(knock.conversation_id), why=why, author=knock.author, heard=knock.text))
            wishes.append(_write(persona, memory, knock, rng))
        else:
            wishes.append(Wish(act=Shut(knock.conversation_id), why=why, author=knock.author, heard=knock.text))
    return wishes


def may_answer(persona: Persona, memory: Memory, heard: Heard) -> bool:
    """Whether a text of somebody else is still to be answered: talks go deep, and rest at some point."""
    traits = persona.traits
    deepest = SHALLOWEST_REST + round(5 * traits.extraversion)
    patience = FEWEST_TURNS + round(4 * traits.agreeableness + 2 * max(0.0, feeling_for(memory, heard.author)))
    return (
        heard.author != ""
        and heard.on.id not in memory.answered
        and heard.depth < deepest
        and turns_with(memory, heard.author, heard.on.post_id) < patience
        and not is_unfit(heard.text)
        and (heard.cause in (Cause.ANSWER, Cause.MENTION) or not gives_orders(heard.text))
    )


def may_write(memory: Memory, letter: Letter) -> bool:
    """Whether a letter is still to be answered."""
    written = [e for e in memory.episodes if e.kind is EpisodeKind.WROTE and e.with_whom == letter.author]
    return (
        (letter.message_id or letter.conversation_id) not in memory.answered
        and len(written) < LETTERS_BEFORE_REST
        and not is_unfit(letter.text)
    )


def waits(persona: Persona, memory: Memory, heard: Heard) -> bool:
    """Whether a text said to me is still to be answered and there is something in it to come back to."""
    return may_answer(persona, memory, heard) and topic_in(persona, heard.text, Random(0)) is not None


def turns_with(memory: Memory, name: str, post_id: str) -> int:
    """How often I answered somebody in one thread, as far as I remember."""
    return sum(e.kind is EpisodeKind.REPLIED and e.with_whom == name and e.post_id == post_id for e in memory.episodes)


def is_welcome(persona: Persona, memory: Memory, knock: Letter, rng: Random) -> bool:
    """Whether one who knocks is let in: whom I like surely, whom I cannot stand and who gives orders never."""
    feeling = feeling_for(memory, knock.author)
    if feeling < COLDEST_WELCOME or gives_orders(knock.text) or is_unfit(knock.text):
        return False
    return rng.random() < 0.5 + 0.4 * persona.traits.agreeableness + feeling


def appeal(persona: Persona, memory: Memory, heard: Heard) -> float:
    """How a text strikes this mind: what it is about, whether it agrees, who says it, how well. 0 leaves it cold."""
    said = content_words(f"{heard.title} {heard.text}")
    touch = min(len(said & set(persona.interests)), 2) * 0.45
    agreement = sum(0.4 for topic in _opinions(persona.opinions.likes) if topic in said)
    agreement -= sum(0.5 for topic in _opinions(persona.opinions.dislikes) if topic in said)
    agreement += sum(opinion * 0.4 for topic, opinion in memory.character.opinions.items() if stem(topic) in said)
    warmth = feeling_for(memory, heard.author) + 0.3 * (heard.author in (*memory.follows, *persona.friends))
    warmth -= 0.3 * (heard.author in persona.rivals)
    distinct = set(words_of(heard.text))
    quality = 0.25 * min(len(distinct), QUALITY_WORDS) / QUALITY_WORDS - 0.1
    if gives_orders(heard.text) or is_unfit(heard.text):
        quality -= 1.5
    return touch + max(-1.0, min(1.0, agreement)) + warmth + quality


def votes(persona: Persona, memory: Memory, sight: Sight, rng: Random, most: int) -> list[Wish]:
    """Votes for what was read: mostly up, sometimes down, once a target; the place of a text in the list is nothing."""
    salt = rng.random()
    judged: list[tuple[float, Wish]] = []
    seen: set[str] = set()
    for heard in (*sight.to_me, *sight.feed):
        if heard.on.id in seen or heard.on.id in memory.voted or not heard.author:
            continue
        seen.add(heard.on.id)
        # Chance of its own for each text: neither its place nor its neighbours decide.
        chance = Random(f"{salt}:{heard.on.id}").random()
        strength = appeal(persona, memory, heard)
        up = _squash(2.2 * strength - 1.6 + 1.2 * persona.traits.agreeableness)
        down = 0.5 * _squash(-3.0 * strength - 1.2) * (1.2 - persona.traits.agreeableness)
        if chance < up:
            direction = Direction.UP
        elif chance > 1.0 - down:
            direction = Direction.DOWN
        else:
            continue
        judged.append((abs(strength) + 0.3 * chance, _wish(Vote(heard.on, direction), memory, heard)))
    judged.sort(key=lambda pair: -pair[0])
    return [wish for _, wish in judged[: max(0, most)]]


def eagerness(persona: Persona, memory: Memory) -> float:
    """How likely a mind starts a thread of its own when it may."""
    return 0.2 + 0.5 * persona.traits.extraversion if memory.posts_made else FIRST_POST_SHARE


def new_post(persona: Persona, memory: Memory, sight: Sight, rng: Random) -> Wish:
    """A topic it has not just had: one of its own, one of its opinions, or a word that is going round."""
    had = {*latest_topics(memory), *memory.character.dropped}
    going_round = [
        (noun, heard)
        for heard in sight.feed
        if not gives_orders(heard.text)
        for noun in nouns_of(heard.text)
        if noun not in had and not is_unfit(noun)
    ]
    if going_round and rng.random() < BORROWED_TOPICS * (0.5 + persona.traits.openness):
        topic, heard = rng.choice(going_round)
        moved = Why(heard.cause, heard=heard.on.id, topic=topic, feeling=feeling_for(memory, heard.author))
        place = place_for(persona, memory, topic, rng)
        return Wish(act=Post(place, "", ""), why=moved, topic=topic, author=heard.author)
    fresh = [topic for topic in own_topics(persona, memory) if topic not in had] or list(persona.interests)
    topic = rng.choice(fresh)
    why = Why(IMPULSE, topic=topic)
    if memory.posts_made == 0 and INTRODUCTIONS in persona.submolts and INTRODUCTIONS in memory.joined:
        return Wish(act=Post(INTRODUCTIONS, "", ""), why=why, topic=topic)
    return Wish(act=Post(place_for(persona, memory, topic, rng), "", ""), why=why, topic=topic)


def own_topics(persona: Persona, memory: Memory) -> list[str]:
    """What a mind has something to say about."""
    held = [topic for topic in (*persona.opinions.likes, *persona.opinions.dislikes) if " " not in topic]
    grown = [topic for topic, opinion in memory.character.opinions.items() if abs(opinion) > 0.5 and " " not in topic]
    return list(dict.fromkeys((*persona.interests, *held, *grown)))


def place_for(persona: Persona, memory: Memory, topic: str, rng: Random) -> str:
    """A community for a post: one named after the topic, else one it belongs to, else the one for all."""
    places = [name for name in dict.fromkeys((*memory.founded, *memory.joined)) if name != INTRODUCTIONS]
    return next((name for name in places if topic in name), rng.choice(places) if places else HOME)


def topic_in(persona: Persona, text: str, rng: Random) -> str | None:
    """A word of a text worth coming back to; None where there is none that anybody takes up."""
    topic = topic_of(text, rng, persona.interests)
    return None if topic is None or is_unfit(topic) else topic


def worth(persona: Persona, memory: Memory, heard: Heard) -> float:
    """How much a text asks for this mind's answer: its appeal, for better or worse, and that nobody answered it yet."""
    here_before = 0.5 * (heard.on.post_id in memory.threads)
    rival = 0.4 * (heard.author in persona.rivals)
    return abs(appeal(persona, memory, heard)) + rival + 0.6 / (1 + heard.replies) - here_before


def _replies(
    persona: Persona, memory: Memory, sight: Sight, heard: Sequence[Heard], most: int, rng: Random
) -> list[Wish]:
    """Wishes to answer the texts most worth it, none where nothing may be said yet."""
    if most <= 0 or sight.now < memory.comment_after:
        return []
    wishes: list[Wish] = []
    for candidate in sorted(heard, key=lambda h: -(worth(persona, memory, h) + rng.random() * 0.8)):
        if len(wishes) == most:
            break
        topic = topic_in(persona, candidate.text, rng)
        if topic is not None and may_answer(persona, memory, candidate):
            wishes.append(_wish(Reply(candidate.on, ""), memory, candidate, topic))
    return wishes


def _write(persona: Persona, memory: Memory, letter: Letter, rng: Random) -> Wish:
    topic = topic_in(persona, letter.text, rng) or rng.choice(persona.interests)
    moved_by = letter.message_id or letter.conversation_id
    why = Why("letter", heard=moved_by, topic=topic, feeling=feeling_for(memory, letter.author))
    return Wish(
        act=Write(letter.conversation_id, ""), why=why, topic=topic, author=letter.author, heard=letter.text
    )  # fmt: skip


def _wish(act: Reply | Vote, memory: Memory, heard: Heard, topic: str = "") -> Wish:
    why = Why(heard.cause, heard=heard.on.id, topic=topic, feeling=feeling_for(memory, heard.author))
    return Wish(act=act, why=why, topic=topic, author=heard.author, heard=heard.text)


def _opinions(held: Iterable[str]) -> list[str]:
    return [stem(topic.lower()) for topic in held]


def _squash(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))
