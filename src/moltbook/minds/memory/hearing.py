"""Hearing: what the mind takes in of what others said, and of how it was received itself.

In this room: a whole sight, one text, one letter, the counts on its own texts. A text moves it once. Words that would
open a door are not kept at all, words that give orders only as the note that they were given.
Not here: what it did (remember), how it changes by it (growth).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from moltbook.minds.memory.credentials import has_credential
from moltbook.minds.memory.forget import forget
from moltbook.minds.memory.growth import grow, picked_up, swayed
from moltbook.minds.memory.model import Episode, EpisodeKind, Fact, Memory, Origin, Source
from moltbook.minds.memory.people import Remark, felt, person_of, trust_in
from moltbook.minds.memory.remember import KEEP_IDS, added, counted
from moltbook.minds.memory.tone import Tone, tone_of
from moltbook.minds.memory.trust import CHECKED_CHARS, QUOTE_CHARS, flat, gives_orders, harmless, name_of, word_of
from moltbook.minds.sight import Cause, Heard, Letter, Received, Sight
from moltbook.minds.words import content_words, nouns_of, stem, words_of

CARES = 0.3
"""So much warmth, either way, or respect makes somebody's words worth remembering."""
FACT_LASTS = timedelta(days=14)
FACT_WORDS = range(5, 27)
LIKED_BY_MANY = 3
_CLAIMING = re.compile(
    r"\b(is|are|was|were|means|costs?|takes|needs|has|have|weighs|lasts|equals|because)\b", re.IGNORECASE
)
_PERSONAL = re.compile(r"\b(i|i'm|my|me|you|your|we|our|us)\b", re.IGNORECASE)
_OWN_LINE_CHARS = 40


def take_in(memory: Memory, sight: Sight, *, me: str, interests: Iterable[str]) -> Memory:
    """Take in a whole sight: who spoke to me first, then the rest, then how I was received; then grow, and forget."""
    topics = frozenset(interests)
    for heard in (*sight.answers, *sight.mentions, *sight.feed):
        memory = hear(memory, heard, me=me, interests=topics, now=sight.now)
    for letter in (*sight.letters, *sight.knocks):
        memory = hear_letter(memory, letter, me=me, now=sight.now)
    return forget(grow(received(memory, sight.received), sight.now), sight.now)


def hear(memory: Memory, heard: Heard, *, me: str, interests: Iterable[str], now: datetime) -> Memory:
    """Take in one text that was read: feelings if it was said to me, and its words if they matter."""
    text = f"{heard.title}. {heard.text}" if heard.title else heard.text
    if heard.on.id in memory.taken or not _may_be_heard(heard.author, me):
        return memory
    memory = _taken(memory, heard.on.id)
    to_me = heard.cause in (Cause.ANSWER, Cause.MENTION)
    if heard.cause is Cause.ANSWER:
        memory = _answered(memory, heard)
    origin = Origin(Source.AGENT, heard.author, heard.on.id)
    if (unfit := _unfit(memory, origin, text, heard.on.post_id, now)) is not None:
        return unfit
    tone = tone_of(text[:CHECKED_CHARS])
    if to_me:
        memory = _addressed(memory, heard.author, tone, now)
    topic = topic_in(text, frozenset(interests))
    dear = topic in {stem(interest) for interest in interests}
    person = person_of(memory, heard.author)
    known = person.admired >= CARES or abs(person.warmth) >= CARES
    if not (to_me or dear or known or heard.cause is Cause.THREAD):
        return memory
    if dear and heard.upvotes >= LIKED_BY_MANY:
        memory = felt(memory, heard.author, now, admired=0.03)
    identifier, memory = counted(memory, "e")
    weight = 0.7 if to_me else 0.4 if known else 0.3
    episode = Episode(
        id=identifier,
        at=now,
        kind=EpisodeKind.HEARD,
        text=harmless(text),
        origin=origin,
        trust=trust_in(memory, heard.author),
        with_whom=heard.author,
        post_id=heard.on.post_id,
        topic=topic,
        weight=min(1.0, weight + 0.1 * min(heard.upvotes, 3)),
    )
    memory = _learned(added(memory, episode), text, topic, origin, now)
    return swayed(picked_up(memory, episode, interests), episode, tone.verdict)


def hear_letter(memory: Memory, letter: Letter, *, me: str, now: datetime) -> Memory:
    """Take in a message, or the words of one who knocks: they stay between the two."""
    text_id = letter.message_id or letter.conversation_id
    if text_id in memory.taken or not _may_be_heard(letter.author, me):
        return memory
    memory = _taken(memory, text_id)
    origin = Origin(Source.AGENT, letter.author, text_id)
    if (unfit := _unfit(memory, origin, letter.text, "", now)) is not None:
        return unfit
    memory = _addressed(memory, letter.author, tone_of(letter.text[:CHECKED_CHARS]), now)
    identifier, memory = counted(memory, "e")
    return added(
        memory,
        Episode(
            id=identifier,
            at=now,
            kind=EpisodeKind.HEARD,
            text=harmless(letter.text),
            origin=origin,
            trust=trust_in(memory, letter.author),
            with_whom=letter.author,
            topic=topic_in(letter.text, frozenset()),
            weight=0.7,
            conversation_id=letter.conversation_id,
        ),
    )


def received(memory: Memory, reports: Iterable[Received]) -> Memory:
    """Having seen how own texts were received: votes and answers count alike."""
    scores = {report.on.id: report.score + report.replies for report in reports}
    if not scores:
        return memory
    episodes = tuple(
        msgspec.structs.replace(episode, score=scores[episode.origin.text_id])
        if episode.is_own and episode.origin.text_id in scores
        else episode
        for episode in memory.episodes
    )
    return msgspec.structs.replace(memory, episodes=episodes)


def topic_in(text: str, interests: frozenset[str]) -> str:
    """What a text is about, in one word: something dear to the reader, else its first noun."""
    stems = [stem(word) for word in words_of(text[:CHECKED_CHARS])]
    dear = {stem(interest) for interest in interests}
    meant = next((word for word in stems if word in dear), "")
    return word_of(meant or next(iter(nouns_of(text[:CHECKED_CHARS])), ""))


def claim_in(text: str) -> str:
    """The sentence of a text that claims most, if one does: about the world, not about you and me."""
    best, most = "", 2
    for sentence in re.split(r"(?<=[.!?…])\s+", flat(text, CHECKED_CHARS)):
        if sentence.endswith("?") or not _CLAIMING.search(sentence) or _PERSONAL.search(sentence):
            continue
        weight = len(content_words(sentence))
        if len(words_of(sentence)) in FACT_WORDS and len(sentence) <= QUOTE_CHARS and weight > most:
            best, most = sentence, weight
    return best


def _may_be_heard(author: str, me: str) -> bool:
    """Whether words have somebody else behind them; what is no name of the network is nobody."""
    return (
        author != "" and author.casefold() != me.casefold() and name_of(author) == author and not has_credential(author)
    )


def _taken(memory: Memory, text_id: str) -> Memory:
    return msgspec.structs.replace(memory, taken=(*memory.taken, text_id)[-KEEP_IDS:])


def _unfit(memory: Memory, origin: Origin, text: str, post_id: str, now: datetime) -> Memory | None:
    """The memory after words that may not be kept; None when they may."""
    read = text[:CHECKED_CHARS]
    if has_credential(read) or has_credential(harmless(text)):
        return felt(memory, origin.author, now, remark=Remark.SECRETS)
    if not gives_orders(read):
        return None
    memory = felt(memory, origin.author, now, warmth=-0.03, admired=-0.1, remark=Remark.ORDERS)
    identifier, memory = counted(memory, "e")
    note = f"{origin.author} {Remark.ORDERS}"
    return added(
        memory,
        Episode(
            id=identifier,
            at=now,
            kind=EpisodeKind.HEARD,
            text=note,
            origin=origin,
            trust=0.0,
            with_whom=origin.author,
            post_id=post_id,
            weight=0.2,
        ),
    )


def _addressed(memory: Memory, author: str, tone: Tone, now: datetime) -> Memory:
    """Having been spoken to: warmth follows the tone, respect follows agreement and kindness."""
    remark = None
    if abs(tone.warmth) >= abs(tone.agreement) and tone.warmth:
        remark = Remark.KIND if tone.warmth > 0 else Remark.MOCKED
    elif tone.agreement:
        remark = Remark.AGREED if tone.agreement > 0 else Remark.OBJECTED
    warmth = 0.02 + 0.1 * tone.warmth + 0.05 * tone.agreement
    admired = 0.02 + 0.04 * tone.agreement + 0.04 * tone.warmth
    return felt(memory, author, now, warmth=warmth, admired=admired, talks=1, remark=remark)


def _answered(memory: Memory, heard: Heard) -> Memory:
    """With one more answer on the own line that was answered, if it is still known."""
    start = flat(heard.answers, _OWN_LINE_CHARS)
    for episode in reversed(memory.episodes):
        if episode.is_own and start and episode.post_id == heard.on.post_id and episode.text.startswith(start):
            better = msgspec.structs.replace(episode, score=episode.score + 1)
            episodes = tuple(better if old is episode else old for old in memory.episodes)
            return msgspec.structs.replace(memory, episodes=episodes)
    return memory


def _learned(memory: Memory, text: str, topic: str, origin: Origin, now: datetime) -> Memory:
    """With what the text claims, for a time: the less its author is trusted, the shorter."""
    claim = claim_in(text)
    if not claim or not topic:
        return memory
    identifier, memory = counted(memory, "f")
    trust = trust_in(memory, origin.author)
    fact = Fact(
        id=identifier,
        at=now,
        quote=harmless(claim),
        topic=topic,
        origin=origin,
        trust=trust,
        expires_at=now + FACT_LASTS * trust,
    )
    return msgspec.structs.replace(memory, facts=(*memory.facts, fact))
