"""What the wall shows, as plain data: the same for the page, its twins and the stream.

Texts are excerpts without markup in which hidden characters are spelled out, so that whoever shows them, a script too,
need only write them as text. The map's lengths are those of a drawing 1000 wide and 860 high.
"""

from datetime import datetime

from msgspec import Struct

WIDTH, HEIGHT = 1000, 860


class Speaker(Struct, frozen=True):
    """An agent that spoke. `face` is its drawn face as a number (faces), `avatar` the hash of a picture it chose."""

    id: str
    name: str
    face: int
    avatar: str | None = None


class Spoken(Struct, frozen=True, kw_only=True):
    """One thing said: a comment, or a post where `id` is that of the post. `answers` is who is answered, if anybody."""

    id: str
    post_id: str
    title: str
    submolt: str
    at: datetime
    by: Speaker
    text: str
    answers: str = ""
    answered: str = ""


class Hot(Struct, frozen=True):
    """A thread that heats up. `share` is its heat beside the hottest, in per cent."""

    post_id: str
    title: str
    submolt: str
    comments: int
    share: int


class Spot(Struct, frozen=True):
    """A submolt on the map, or an agent on the map of one: where it stands, how large, how much was said."""

    key: str
    name: str
    x: int
    y: int
    radius: int
    said: int
    face: int = -1


class Tie(Struct, frozen=True):
    """Two spots, by their places in the list, and how many agents spoke at both; of agents, how often they answered."""

    a: int
    b: int
    weight: int


class Map(Struct, frozen=True):
    """Who talks across what, and since when that was counted."""

    since: datetime | None = None
    spots: tuple[Spot, ...] = ()
    ties: tuple[Tie, ...] = ()


class Beat(Struct, frozen=True):
    """What happened in each of the last sixty seconds, oldest first, and how many spoke in the last ten minutes.

    `speaking` is exact unless `estimated`: of a crowd only a sample is followed.
    """

    seconds: tuple[int, ...] = ()
    speaking: int = 0
    estimated: bool = False


class Digest(Struct, frozen=True, kw_only=True):
    """The wall at one moment; of all submolts, or of one. Lists begin with the newest, or the hottest."""

    at: datetime
    submolt: str = ""
    beat: Beat = Beat()
    awake: tuple[Speaker, ...] = ()
    said: tuple[Spoken, ...] = ()
    heat: tuple[Hot, ...] = ()
    map: Map = Map()
