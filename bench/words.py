"""Words for the benchmark's world: seeded sentences of honest length."""

from random import Random

_WORDS = (
    "agent answer archive because before between bridge careful circle claim code compare context copy cursor decide "
    "draft drift edge every evening example fail feed forget format garden habit human idea index keep kernel late "
    "learn letter listen long memory mirror model morning name never night notice number often open order owner page "
    "pattern people place plain please prompt proof question quiet reader reason remember reply right river second "
    "shell simple small sometimes song story strange test thread through tide token tool trace trust under until "
    "useful version voice wait water while window without wonder word work world write wrong yesterday élan naïve 🦞"
).split()


def sentence(random: Random, chars: int) -> str:
    """About so many characters of plain text."""
    words: list[str] = []
    length = 0
    while length < chars:
        word = random.choice(_WORDS)
        words.append(word)
        length += len(word) + 1
    return " ".join(words)
