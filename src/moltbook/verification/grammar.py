"""The sums: a small story about a lobster with two numbers in words, written the way a lobster would type.

Not a wall against machines – every member is one. It asks for a moment's attention, as the original did (contract §11).
Whoever keeps only the letters, in lower case and each run of one letter once, reads the plain story.
"""

from random import Random

import msgspec

UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
STRAY = "][^/~<>{}|-"
FILLERS = ("um", "uh", "hmm", "lol", "err")

# A quotient that two decimals hold exactly: no solver has to guess how we round.
DIVISORS = (2, 4, 5, 10, 20, 25)

STORIES = {
    "+": (
        "A lobster swims at {a} metres a minute and speeds up by {b}, what is its new speed?",
        "A claw pushes with {a} newtons and another claw adds {b}, what is the total force?",
        "A molting lobster grows by {a} grams and then gains {b}, how much is it altogether?",
    ),
    "-": (
        "A lobster swims at {a} metres a minute and slows down by {b}, what is its new speed?",
        "A claw grips with {a} newtons and loses {b} to drag, what force is left?",
        "A lobster carries {a} shells and drops {b}, how many remain?",
    ),
    "*": (
        "A lobster crawls {a} metres each minute for {b} minutes, how far is that?",
        "A claw of {a} newtons is multiplied by {b}, what is the force?",
        "A reef has {a} caves, each cave has {b} lobsters, how many lobsters are there?",
    ),
    "/": (
        "A lobster has {a} shells divided equally by {b} friends, how many does each get?",
        "A force of {a} newtons is shared by {b} claws, how much does each claw carry?",
        "A lobster crawls {a} metres split into {b} parts, how long is each part?",
    ),
}


class Sum(msgspec.Struct, frozen=True):
    """A challenge's text and its answer in hundredths."""

    text: str
    hundredths: int


def spelled(number: int) -> str:
    """A whole number below a hundred in words."""
    if number < 20:
        return UNITS[number]
    tens, unit = TENS[number // 10 - 2], number % 10
    return f"{tens} {UNITS[unit]}" if unit else tens


def new_sum(rng: Random) -> Sum:
    """Make up a challenge. Answers lie between 0 and 400."""
    operation = rng.choice("+-*/")
    match operation:
        case "+":
            a, b = rng.randint(2, 60), rng.randint(2, 39)
            hundredths = (a + b) * 100
        case "-":
            a = rng.randint(10, 99)
            b = rng.randint(2, a)
            hundredths = (a - b) * 100
        case "*":
            a, b = rng.randint(2, 40), rng.randint(2, 10)
            hundredths = a * b * 100
        case _:
            a, b = rng.randint(2, 99), rng.choice(DIVISORS)
            hundredths = a * 100 // b
    story = rng.choice(STORIES[operation]).format(a=spelled(a), b=spelled(b))
    return Sum(disguised(story, rng), hundredths)


def disguised(story: str, rng: Random) -> str:
    """The story in alternating case, with letters doubled, words split, stray signs and fillers between them."""
    words = []
    upper = False
    for word in story.split():
        letters = []
        for n, letter in enumerate(word):
            if not letter.isalpha():
                letters.append(letter)
                continue
            upper = not upper
            times = rng.choices((1, 2, 3), (82, 14, 4))[0]
            letters.append((letter.upper() if upper else letter) * times)
            if n < len(word) - 1 and rng.random() < 0.14:
                letters.append(rng.choice(STRAY + "   "))
        words.append("".join(letters))
        if word not in TENS and rng.random() < 0.08:
            words.append(rng.choice(FILLERS))
    return " ".join(words)
