"""Stretches: parts of the log, so that a search can begin with the newest part and stop when it has found enough.

A word that stands in every second comment has millions of matches, and only the newest thousand are ranked. So each
item carries, among its words, the stretches it was told in: one of about 8,000 events, one of 65,000, one of half a
million. The index then answers "this word, in the newest stretch" as cheaply as any two words. What is found too rarely
there is looked for in the next larger stretch, which holds eight times as much: the work follows what is wanted, not
what is there.
"""

# name -> a stretch is 2 to the power of so many events
SIZES = {"a": 13, "b": 16, "c": 19}
# No parser of text makes a word with this character, so nobody can ask for a stretch or pretend to one.
_MARK = "\x01"


def stretches_of(seq: int) -> list[str]:
    """The stretches that an event of this number lies in."""
    return [f"{_MARK}{name}{seq >> bits}" for name, bits in SIZES.items()]


def newest(head: int) -> list[str]:
    """What to look in, one after another, as tsquery: the newest and its forerunner of each size, last everything."""
    looks = []
    for name, bits in SIZES.items():
        last = head >> bits
        if last == 0:
            break
        looks.append(f"'{_MARK}{name}{last}' | '{_MARK}{name}{last - 1}'")
    return [*looks, ""]
