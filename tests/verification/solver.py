"""A solver of challenges that knows nothing of how they are made: numbers in words, and what is done with them."""

import re
from decimal import ROUND_HALF_UP, Decimal

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
VALUES = {**{word: n for n, word in enumerate(SMALL)}, **TENS}
DEEDS = {
    "+": ("speeds up", "adds", "gains"),
    "-": ("slows", "loses", "drops"),
    "*": ("each minute for", "multiplied", "each cave has"),
    "/": ("divided", "shared", "split"),
}


def _loose(text: str) -> str:
    """A pattern for the letters of a text, each as often as it likes."""
    return "".join(f"{letter}+" for letter in re.sub(r"(.)\1+", r"\1", text.replace(" ", "")))


NUMBER = re.compile("|".join(f"(?P<{word}>{_loose(word)})" for word in sorted(VALUES, key=len, reverse=True)))


def solved(text: str) -> str:
    """The answer with two decimals."""
    # Fillers stand between blanks, all else may be split anywhere.
    words = [re.sub(r"[^a-z]", "", word) for word in text.lower().split()]
    letters = "".join(word for word in words if word not in {"um", "uh", "hmm", "lol", "err"})
    numbers: list[int] = []
    end, tens = -1, False
    for found in NUMBER.finditer(letters):
        word = found.lastgroup or ""
        value = VALUES[word]
        if tens and found.start() == end and 0 < value < 10:
            numbers[-1] += value
        else:
            numbers.append(value)
        end, tens = found.end(), word in TENS
    a, b = numbers
    [deed] = [sign for sign, spellings in DEEDS.items() if any(re.search(_loose(s), letters) for s in spellings)]
    value = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: Decimal(a) / b}[deed]()
    return str(Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))
