"""The simulation: one tick after another, who does what to what. Columns only; not a word is written here.

A tick holds a fixed number of acts and lasts as long as they take. What is due comes first, then new posts and visits,
then follows and the like; votes fill up the number. Within a tick everything is in the order of time.
"""

from datetime import datetime

import msgspec
import numpy as np
import numpy.typing as npt

from moltbook.minds.society.choice import Taste
from moltbook.minds.society.parameters import DAY_SECONDS, TOPICS, Parameters
from moltbook.minds.society.people import Bools, Clock, Floats, Numbers, people
from moltbook.minds.society.replies import Said, none_said, set_off, together
from moltbook.minds.society.threads import COMMENT, NONE, POST, Pairs, Places, Table

_LEAST_TICK, _MOST_TICK = 128, 4_096
_TICKS = 500
_LEAST_SPAN_SECONDS = 6 * 3600.0
_LEAST_SUBMOLTS, _MOST_SUBMOLTS = 31, 3_000
_ROUNDS = 4
_TRIES = 4
_LAST_TRIES = 16
_OWN_TOPIC = 0.5
_REGISTRATION_MS = 3_600_000


class Links(msgspec.Struct, frozen=True, eq=False):
    """Who did it to whom or what, and when: follows, subscriptions, foundings."""

    at: Floats
    who: Numbers
    what: Places


class Votes(msgspec.Struct, frozen=True, eq=False):
    """Votes: on a comment where `on_comment`, else on a post."""

    at: Floats
    who: Numbers
    on_comment: Bools
    what: Places
    down: Bools


class Turn(msgspec.Struct, frozen=True, eq=False):
    """What happened in a tick. Posts and comments are the table's rows from `first_post` and `first_comment` on."""

    number: int
    first_post: int
    first_comment: int
    founded: Links
    votes: Votes
    follows: Links
    subscriptions: Links


class Simulation:
    """A society at a moment; `turn` moves it on."""

    def __init__(self, agents: int, acts: int, seed: int, ends_at: datetime, parameters: Parameters) -> None:
        self.agents, self.acts, self.seed, self.parameters = agents, acts, seed, parameters
        days = acts / agents / parameters.acts_per_agent_day
        self.span = max(days * DAY_SECONDS, _LEAST_SPAN_SECONDS)
        self.begins_ms = int(ends_at.timestamp() * 1000) - int(self.span * 1000) - 1
        hour = self.begins_ms / 3_600_000 % 24
        self.random = np.random.Generator(np.random.SFC64([seed, agents, acts]))
        self.clock = Clock(self.span, hour, parameters)
        expected_posts = int(acts * parameters.post_share)
        self.people = people(agents, expected_posts, self.random, self.clock, parameters)
        self.posts = Table(POST, expected_posts * 11 // 10 + 64)
        self.comments = Table(COMMENT, int(acts * parameters.comment_share * 1.1) + 64)
        submolts = int(expected_posts * parameters.submolt_growth)
        self.submolts = min(max(submolts, _LEAST_SUBMOLTS), _MOST_SUBMOLTS)
        self.submolt_topic = np.concatenate([[0], np.arange(TOPICS), self.random.integers(0, TOPICS, self.submolts)])
        self.submolt_topic = self.submolt_topic[: self.submolts].astype(np.int16)
        self.founded_ms = np.zeros(self.submolts, dtype=np.int64)
        self._size = np.cumsum((1.0 + np.arange(self.submolts)) ** -parameters.submolt_tail)
        # Number 0 is `general`, which nobody founds.
        self.open_submolts = 1
        tick = min(max(acts // _TICKS, _LEAST_TICK), _MOST_TICK)
        self.ticks = max(1, -(-acts // tick))
        self._due = none_said()
        self._known = Pairs(int(acts * (1 - parameters.post_share - parameters.comment_share)))
        self._taste = Taste(self.random, self.people, self.posts, parameters)
        self._social = 0
        self._done = 0

    def turn(self, number: int) -> Turn:
        """The next tick: as many acts as belong to it."""
        parameters, share = self.parameters, (number + 1) / self.ticks
        upto = self.acts * (number + 1) // self.ticks
        edges = self.clock.done(np.array([number / self.ticks, share]))
        begin, end = float(edges[0]), float(edges[1])
        room = upto - self._done
        first_post, first_comment = self.posts.count, self.comments.count

        founded = self._found(begin, end, share, room)
        room -= len(founded.at)
        room -= self._write_posts(begin, end, min(room, max(1, round(parameters.post_share * upto)) - self.posts.count))
        hot = self._taste.hottest(begin, "comments")
        wanted = round(parameters.comment_share * upto) - self.comments.count
        room -= self._comment(begin, end, wanted, room, hot)
        links = round(parameters.social_share * upto) - self._social
        follows, subscriptions = self._link(begin, end, max(0, min(links, room)) if self.posts.count else 0)
        room -= len(follows.at) + len(subscriptions.at)
        self._social += len(founded.at) + len(follows.at) + len(subscriptions.at)
        votes = self._vote(begin, end, room)
        room -= len(votes.at)
        if room and number + 1 == self.ticks:
            # Everything there is was voted on: the rest is said.
            room -= self._fill(begin, end, room)
        self._done = upto - room
        return Turn(number, first_post, first_comment, founded, votes, follows, subscriptions)

    def _found(self, begin: float, end: float, share: float, room: int) -> Links:
        first = self.open_submolts
        wished = 1 + round((self.submolts - 1) * share**0.7)
        count = min(wished - first, room, round(self.parameters.social_share * room) + 1)
        at = np.sort(begin + (end - begin) * 0.01 * self.random.random(count))
        who = self.people.draw(self.random, self.people.posting, at, self.parameters)
        new = np.arange(first, first + count)
        self.founded_ms[new] = self.milliseconds(at)
        self.open_submolts += count
        self._known.admit(who, self._as_submolt(new))
        return Links(at, who, new)

    def _write_posts(self, begin: float, end: float, count: int) -> int:
        society, draw, parameters = self.people, self.random, self.parameters
        # Submolts open in the first hundredth of a tick; whoever writes in one comes after.
        open_at = begin + (end - begin) * 0.01
        new = np.arange(*np.searchsorted(society.joins, [begin, end], side="left"), dtype=np.int32)
        new = new[society.says_hello[new]][: max(count, 0)]
        at = np.concatenate(
            [
                np.maximum(society.joins[new], open_at),
                open_at + (end - open_at) * draw.random(max(0, count - len(new))),
            ]
        )
        who = np.concatenate([new, society.draw(draw, society.posting, at[len(new) :], parameters)])
        hello = np.arange(len(at)) < len(new)
        order = np.argsort(at, kind="stable")
        at, who, hello = at[order], who[order], hello[order]
        _, first = np.unique(who, return_index=True)
        kept = np.sort(first)
        kept = kept[at[kept] - society.posted_at[who[kept]] >= parameters.post_gap_seconds]
        at, who, hello = at[kept], who[kept], hello[kept]
        society.posted_at[who] = at
        society.rest(draw, who, at, parameters)

        rows = np.zeros(len(at), dtype=POST)
        submolt = self._place(len(at))
        likes = np.cumsum(society.interests[who], axis=1)
        topic = (likes < draw.random((len(at), 1))).sum(axis=1).clip(max=TOPICS - 1)
        own = (submolt == 0) | (draw.random(len(at)) < 1 - _OWN_TOPIC)
        rows["author"], rows["submolt"], rows["hello"] = who, submolt, hello
        rows["topic"] = np.where(own, topic, self.submolt_topic[submolt])
        rows["care"], rows["returns"] = society.care[who], society.returns[who]
        rows["last"] = NONE
        society.latest[who] = self.posts.count + np.arange(len(at))
        self.posts.add(at, rows)
        return len(at)

    def _place(self, count: int) -> Places:
        """A submolt for each post: general, or one of those that are open, the older the larger."""
        chosen = 1 + np.searchsorted(self._size, self.random.random(count) * self._size[max(0, self.open_submolts - 2)])
        elsewhere = self.random.random(count) >= self.parameters.general
        return np.where(elsewhere & (chosen < self.open_submolts), chosen, 0)

    def _comment(self, begin: float, end: float, wanted: int, room: int, hot: Places) -> int:
        due = self._due.at < end
        now = self._due.those(due)
        now = Said(np.maximum(now.at, begin), now.author, now.post, now.parent, now.to)
        later = [self._due.those(~due)]
        base = self.comments.count
        if len(now) > room:
            # More than the tick holds: the last of them wait for the next.
            order = np.argsort(now.at, kind="stable")
            later.append(now.those(order[room:]))
            now = now.those(order[:room])
        visits = self._visits(begin, end, max(0, min(wanted, room) - len(now)), hot)
        batch = together([now, visits])
        parts, count = [batch], len(batch)
        for _ in range(_ROUNDS):
            numbers = np.arange(base + count - len(batch), base + count)
            next_ = set_off(self.random, batch, numbers, self.posts, self.people, self.parameters)
            soon = np.flatnonzero(next_.at < end)[: max(0, room - count)]
            rest = np.ones(len(next_), dtype=bool)
            rest[soon] = False
            later.append(next_.those(rest))
            batch = next_.those(soon)
            parts.append(batch)
            count += len(batch)
        # What the last round set off is lost: the fourth answer within one tick.
        said = together(parts)
        order = np.argsort(said.at, kind="stable")
        number = np.empty(len(said), dtype=np.int64)
        number[order] = base + np.arange(len(said))
        self._due = _renumbered(together(later), base, number)
        self._write_comments(_renumbered(said.those(order), base, number))
        return len(said)

    def _visits(self, begin: float, end: float, count: int, hot: Places) -> Said:
        """Agents who come upon a post, or upon the last comment below it."""
        parameters, draw = self.parameters, self.random
        at = begin + (end - begin) * draw.random(count)
        who = self.people.draw(draw, self.people.talks, at, parameters)
        post = self._taste.post(who, at, "comments", parameters.attachment, parameters.hot, hot)
        # Somebody was here: have a look at what they write.
        theirs = self.people.latest[self.people.visitor[who]]
        polite = (draw.random(count) < parameters.visit_back) & (self.people.visitor[who] != NONE) & (theirs != NONE)
        polite[polite] = self.posts.at[theirs[polite]] < at[polite]
        post = np.where(polite, theirs, post)
        found = post != NONE
        at, who, post = at[found], who[found], post[found]
        self.people.rest(draw, who, at, parameters)
        thread = self.posts.rows[post]
        last = np.where(draw.random(len(at)) < parameters.aside, thread["last"], NONE)
        answered = np.where(last == NONE, thread["author"], self._writer_of(last))
        last = np.where(answered == who, NONE, last)
        to = np.where(last == NONE, thread["author"], answered).astype(np.int32)
        return Said(at, who, post, last, to)

    def _writer_of(self, comments: Places) -> Numbers:
        if not self.comments.count:
            return np.full(len(comments), NONE, dtype=np.int32)
        writers: Numbers = self.comments.rows["author"][comments]
        return writers

    def _write_comments(self, said: Said) -> None:
        rows = np.zeros(len(said), dtype=COMMENT)
        rows["author"], rows["post"], rows["parent"] = said.author, said.post, said.parent
        rows["rank"] = self.posts.rows["comments"][said.post]
        first = self.comments.count
        self.comments.add(said.at, rows)
        np.add.at(self.posts.rows["comments"], said.post, 1)
        self.posts.rows["last"][said.post] = np.arange(first, self.comments.count)
        apart = said.to != said.author
        self.people.visitor[said.to[apart]] = said.author[apart]

    def _link(self, begin: float, end: float, count: int) -> tuple[Links, Links]:
        """Follows, of writers of posts one likes, the more the better known; and subscriptions."""
        draw, society = self.random, self.people
        at = np.sort(begin + (end - begin) * draw.random(count))
        who = society.draw(draw, society.voting, at, self.parameters)
        joins = draw.random(count) < 0.4
        liked = self._taste.post(who, at, "comments", 1.0, 0.2, self._taste.hottest(begin, "votes"))
        whom = self.posts.rows["author"][liked].astype(np.int64)
        submolt = 1 + np.searchsorted(self._size, draw.random(count) * self._size[max(0, self.open_submolts - 2)])
        key = np.where(joins, self._as_submolt(submolt), whom)
        possible = np.where(joins, (submolt < self.open_submolts) & (at > begin + (end - begin) * 0.01), liked != NONE)
        new = np.flatnonzero(possible)
        new = new[self._known.admit(who[new], key[new])]
        follows, subscribes = new[~joins[new]], new[joins[new]]
        return (
            Links(at[follows], who[follows], whom[follows]),
            Links(at[subscribes], who[subscribes], submolt[subscribes]),
        )

    def _vote(self, begin: float, end: float, count: int) -> Votes:
        parameters, draw = self.parameters, self.random
        hot = self._taste.hottest(begin, "votes")
        found: list[Votes] = []
        missing = count
        for _ in range(_TRIES):
            if not missing:
                break
            at = begin + (end - begin) * draw.random(missing)
            who = self.people.draw(draw, self.people.voting, at, parameters)
            on_comment = draw.random(missing) < (parameters.comment_votes if self.comments.count else 0.0)
            what = np.full(missing, NONE)
            chosen = self._taste.post(
                who[~on_comment], at[~on_comment], "votes", parameters.vote_attachment, parameters.vote_hot, hot
            )
            what[~on_comment] = chosen
            if on_comment.any():
                what[on_comment] = self._taste.comment(who[on_comment], at[on_comment], self.comments, begin)
            down = draw.random(missing) < parameters.down
            there = np.flatnonzero(what != NONE)
            key = self.agents + self.submolts + 2 * what[there] + on_comment[there]
            there = there[self._known.admit(who[there], key)]
            found.append(Votes(at[there], who[there], on_comment[there], what[there], down[there]))
            missing -= len(there)
        votes = _all_votes(found)
        up = ~votes.down
        np.add.at(self.posts.rows["votes"], votes.what[up & ~votes.on_comment], 1)
        np.add.at(self.comments.rows["votes"], votes.what[up & votes.on_comment], 1)
        return votes

    def _fill(self, begin: float, end: float, count: int) -> int:
        done = 0
        for _ in range(_LAST_TRIES):
            done += self._comment(end, end, count - done, count - done, np.empty(0, dtype=np.int64))
        return done

    def milliseconds(self, at: Floats) -> Places:
        """Moments of the society as milliseconds since 1970."""
        return self.begins_ms + (at * 1000).astype(np.int64)

    def registered_ms(self, agents: npt.NDArray[np.integer]) -> Places:
        """When agents were registered: one after the other, in the hour before the first act."""
        return self.begins_ms - _REGISTRATION_MS + agents.astype(np.int64) * _REGISTRATION_MS // self.agents

    def size_of(self, turn: Turn) -> int:
        """How many acts the last tick held."""
        said = self.posts.count - turn.first_post + self.comments.count - turn.first_comment
        return said + len(turn.founded.at) + len(turn.votes.at) + len(turn.follows.at) + len(turn.subscriptions.at)

    def _as_submolt(self, numbers: Places) -> Places:
        return self.agents + numbers


def _renumbered(said: Said, base: int, number: Places) -> Said:
    """Parents of this tick, which were numbered as they were thought of, by their numbers in time."""
    new = said.parent >= base
    parent = said.parent.copy()
    parent[new] = number[said.parent[new] - base]
    return Said(said.at, said.author, said.post, parent, said.to)


def _all_votes(parts: list[Votes]) -> Votes:
    if not parts:
        nothing = np.empty(0, dtype=bool)
        return Votes(np.empty(0), np.empty(0, dtype=np.int32), nothing, np.empty(0, dtype=np.int64), nothing)
    return Votes(
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.who for part in parts]),
        np.concatenate([part.on_comment for part in parts]),
        np.concatenate([part.what for part in parts]),
        np.concatenate([part.down for part in parts]),
    )
