"""What a society is like: its shape, its words, its size in memory."""

import io
import re
import tomllib
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
import pytest

from moltbook.lab.conversation import conversation
from moltbook.lab.model import Window
from moltbook.lab.network import edges, reciprocity
from moltbook.lab.sources import read_archive
from moltbook.minds import society
from moltbook.minds.society import ALIVE, CALIBRATED, Parameters, write_archive
from moltbook.minds.society.parameters import TOPICS
from moltbook.minds.society.replies import Said, set_off
from moltbook.minds.society.simulation import Simulation
from moltbook.minds.society.wording import Wording
from moltbook.posts import is_crypto_talk
from tests.minds.society.lives import ACTS, AGENTS, ENDS_AT, Comment, Post, Vote, acts_of

NAME = re.compile(r"[A-Za-z0-9_-]{3,32}")
SUBMOLT = re.compile(r"[a-z0-9][a-z0-9_-]{1,29}")


def lived(parameters: Parameters, agents: int = 600, acts: int = 16_000) -> Simulation:
    simulation = Simulation(agents, acts, 1, ENDS_AT, parameters)
    for number in range(simulation.ticks):
        simulation.turn(number)
    return simulation


@pytest.fixture(scope="module")
def calibrated() -> Simulation:
    return lived(CALIBRATED)


@pytest.fixture(scope="module")
def alive() -> Simulation:
    return lived(ALIVE)


def test_acts_come_in_the_shares_that_were_set() -> None:
    acts = acts_of()[AGENTS:]
    for kind, share in ((Post, CALIBRATED.post_share), (Comment, CALIBRATED.comment_share)):
        assert sum(isinstance(act, kind) for act in acts) == pytest.approx(share * ACTS, rel=0.1)
    rest = 1 - CALIBRATED.post_share - CALIBRATED.comment_share - CALIBRATED.social_share
    assert sum(isinstance(act, Vote) for act in acts) == pytest.approx(rest * ACTS, rel=0.15)


def test_few_speak_much_and_most_posts_lie_in_general(calibrated: Simulation) -> None:
    said = np.sort(np.bincount(calibrated.comments.rows["author"], minlength=calibrated.agents))[::-1]
    assert 0.3 < said[: calibrated.agents // 100].sum() / said.sum() < 0.75
    assert np.mean(calibrated.posts.rows["submolt"] == 0) == pytest.approx(CALIBRATED.general, abs=0.05)


def test_most_comments_stay_unanswered_in_the_society_that_was(calibrated: Simulation) -> None:
    assert 0.88 < unanswered(calibrated) < 0.97


def test_the_society_we_want_answers_and_gives_back(calibrated: Simulation, alive: Simulation) -> None:
    assert unanswered(alive) < unanswered(calibrated) - 0.1
    assert answered_back(alive) > 0.2


def unanswered(simulation: Simulation) -> float:
    parent = simulation.comments.rows["parent"]
    return 1 - len(np.unique(parent[parent >= 0])) / len(parent)


def answered_back(simulation: Simulation) -> float:
    posts, comments = simulation.posts.rows, simulation.comments.rows
    parent = comments["parent"]
    to = np.where(parent < 0, posts["author"][comments["post"]], comments["author"][parent])
    pairs = edges(comments["author"].astype(np.int64), to.astype(np.int64), simulation.agents)
    return reciprocity(*pairs, simulation.agents)


@pytest.mark.parametrize("parameters", [CALIBRATED, ALIVE])
def test_every_comment_sets_off_less_than_one_other(parameters: Parameters) -> None:
    simulation = lived(parameters, agents=400, acts=8_000)
    rows = simulation.comments.rows
    parent = rows["parent"].astype(np.int64)
    to = np.where(parent < 0, simulation.posts.rows["author"][rows["post"]], rows["author"][parent]).astype(np.int32)
    said = Said(simulation.comments.at, rows["author"], rows["post"].astype(np.int64), parent, to)
    followed = set_off(
        np.random.default_rng(1), said, np.arange(len(said)), simulation.posts, simulation.people, parameters
    )
    assert 0 < len(followed) < 0.8 * len(said)
    # And none forever: two who answer each other stop, and so does one who insists.
    assert simulation.people.care.max() * parameters.back < 1
    assert simulation.people.insist.max() < 1


def test_an_agent_takes_no_more_memory_however_long_the_world_goes_on(calibrated: Simulation) -> None:
    def size(simulation: Simulation) -> int:
        people = simulation.people
        return sum(getattr(people, name).nbytes for name in people.__struct_fields__)

    assert size(calibrated) <= 256 * calibrated.agents
    assert size(calibrated) == size(Simulation(calibrated.agents, 16_000, 1, ENDS_AT, CALIBRATED))


def test_names_are_valid_and_told_apart_whatever_their_case() -> None:
    simulation = Simulation(20_000, 100_000, 5, ENDS_AT, CALIBRATED)
    wording = Wording(simulation)
    names = wording.names(np.arange(20_000))
    assert all(NAME.fullmatch(name) for name in names)
    assert len({re.sub("[_-]", "", name.lower()) for name in names}) == len(names)
    submolts = [wording.submolt(number)[0] for number in range(simulation.submolts)]
    assert submolts[0] == "general"
    assert all(SUBMOLT.fullmatch(name) for name in submolts)
    assert len(set(submolts)) == len(submolts)


def test_the_lexicon_needs_no_escaping_and_every_topic_has_words_of_its_own() -> None:
    text = resources.files(society).joinpath("lexicon.toml").read_text(encoding="utf-8")
    lexicon = tomllib.loads(text)
    topics = [words.split(",") for words in lexicon["topics"].values()]
    assert len(topics) == TOPICS
    assert {len(set(words)) for words in topics} == {24}
    values = [value for part in lexicon.values() for value in part.values()]
    assert all(value.isascii() and not set(value) & {'"', "\\", "\n", "\t"} for value in values)


def test_nothing_in_it_is_talk_of_crypto_which_the_house_removes() -> None:
    lexicon = resources.files(society).joinpath("lexicon.toml").read_text(encoding="utf-8")
    # Of all its words together; so of any of them.
    assert not is_crypto_talk(lexicon)
    assert not [line for line in acts_of() if isinstance(line, Post) and is_crypto_talk(line.title, line.text)]


def test_a_comment_speaks_of_what_its_post_is_about() -> None:
    posts = {line.id: f"{line.title} {line.text}".lower() for line in acts_of() if isinstance(line, Post)}
    comments = [line for line in acts_of() if isinstance(line, Comment)]
    words = {word for text in lexicon_words() for word in text.split(",")}

    def shared(text: str, other: str) -> bool:
        return any(word in text.lower() and word in other for word in words)

    own = np.mean([shared(line.text, posts[line.post]) for line in comments])
    others = [*posts.values()]
    strange = np.mean([shared(line.text, others[n * 7 % len(others)]) for n, line in enumerate(comments)])
    assert own > strange + 0.3


def lexicon_words() -> list[str]:
    text = resources.files(society).joinpath("lexicon.toml").read_text(encoding="utf-8")
    return [*tomllib.loads(text)["topics"].values()]


def test_the_laboratory_reads_the_archive_of_a_world(tmp_path: Path) -> None:
    file = io.BytesIO()
    write_archive(file, AGENTS, ACTS, 1, ENDS_AT)
    path = tmp_path / "world.jsonl"
    path.write_bytes(file.getvalue())
    read = read_archive(path, Window(), lambda *_: None)
    acts = acts_of()
    comments = [line for line in acts if isinstance(line, Comment)]
    assert len(read.posts.author) == sum(isinstance(line, Post) for line in acts)
    assert len(read.comments.author) == len(comments)
    assert read.texts.read(read.comments.text) == [line.text for line in comments]
    ups = sum(isinstance(line, Vote) and line.dir == 1 for line in acts)
    assert read.posts.upvotes.sum() + read.comments.upvotes.sum() == ups
    assert conversation(read)["depth"] is not None


def test_parameters_travel_as_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(ALIVE), type=Parameters) == ALIVE
