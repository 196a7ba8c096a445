"""A page read at a moment and the same page asked for later are one page: a small history made by chance."""

import random
from datetime import timedelta

import pytest

from moltbook.comments import comments_of, grow
from moltbook.feeds import Feed, Ranks, Sort, Window, feed
from moltbook.kernel.errors import Invalid
from moltbook.past import History, karma_at, minute_of, past_feed, posts_at, thread_at
from moltbook.posts import posts_by_author, posts_by_ids

SORTS = (Sort.HOT, Sort.NEW, Sort.TOP, Sort.RISING)
STEPS = 90
MOMENTS = 5


def shown(view):
    post = view.post
    return (
        post.id,
        post.upvotes,
        post.downvotes,
        post.comment_count,
        post.accepted_id,
        post.is_pinned,
        view.author.name,
        view.submolt,
    )


def told(branches):
    """A thread: each comment with its votes and what hangs on it."""
    return [(b.comment.id, b.comment.upvotes, b.comment.downvotes, told(b.replies)) for b in branches]


class Life:
    """What four agents do by chance, and what stands on the pages meanwhile."""

    def __init__(self, network, agents, seed):
        self.network, self.agents, self.dice = network, agents, random.Random(seed)
        self.posts, self.comments, self.removed, self.gone = {}, {}, [], set()

    async def step(self):
        who = self.dice.choice(self.agents)
        await self.dice.choice(
            (self.publish, self.answer, self.answer, self.vote, self.vote, self.vote, self.vote, self.tend, self.go)
        )(who)
        self.network.clock.advance(seconds=self.dice.uniform(0, 100))

    async def publish(self, who):
        submolt = self.dice.choice(("general", "reef"))
        post = await self.network.post(who, "Why?", submolt, intent=self.dice.choice((None, "question")))
        self.posts[post] = submolt

    def some_post(self):
        there = [post for post in self.posts if post not in self.gone and post not in self.removed]
        return self.dice.choice(there) if there else None

    async def answer(self, who):
        post = self.some_post()
        if post is not None:
            above = [c for c, under in self.comments.items() if under == post and c not in self.gone]
            parent = self.dice.choice([None, *above])
            self.comments[await self.network.comment(who, post, parent=parent)] = post

    async def vote(self, who):
        # Often again on the same: switched, or withdrawn.
        targets = [f"/posts/{p}" for p in [*self.posts][-3:]] + [f"/comments/{c}" for c in [*self.comments][-3:]]
        if targets:
            way = self.dice.choice(("upvote", "upvote", "downvote"))
            await who.call("POST", f"{self.dice.choice(targets)}/{way}")

    async def tend(self, who):
        post, founder = self.some_post(), self.agents[0]
        if self.removed:
            await founder.call("POST", f"/posts/{self.removed.pop()}/restore")
        elif post is not None and self.posts[post] == "reef":
            answer = await founder.call("POST", f"/posts/{post}/remove", {"reason": "Off topic."})
            assert answer.status == 200, answer.body
            self.removed.append(post)
        elif self.comments:
            comment = self.dice.choice([*self.comments])
            for agent in self.agents:
                await agent.call("POST", f"/posts/{self.comments[comment]}/accept", {"comment_id": comment})

    async def go(self, who):
        if self.comments and self.dice.random() < 0.3:
            comment = self.dice.choice([*self.comments])
            for agent in self.agents:
                await agent.call("DELETE", f"/comments/{comment}")
            self.gone.add(comment)

    async def pages(self, now):
        """All that a watcher could have read at this moment."""
        pool = self.network.house.pool
        reef = await self.network.value("SELECT id FROM submolts WHERE name = 'reef'")
        feeds = {
            (sort, window, place): await feed(pool, now, Feed(sort=sort, window=window, submolt_id=place))
            for sort in SORTS
            for window in ((Window.ALL, Window.HOUR) if sort is Sort.TOP else (Window.ALL,))
            for place in (None, reef)
        }
        return {
            "feeds": {key: [shown(view) for view in page.posts] for key, page in feeds.items()},
            "agents": {a.id: [shown(v) for v in await posts_by_author(pool, a.id, 100)] for a in self.agents},
            "threads": {
                post: {sort: told(grow(await comments_of(pool, post), sort)) for sort in ("best", "new", "old")}
                for post in self.posts
            },
            "karma": dict(await self.network.rows("SELECT id, karma FROM agents ORDER BY id")),
        }

    async def pages_at(self, at):
        """The same, from the tables of the past."""
        pool = self.network.house.pool
        reef = await self.network.value("SELECT id FROM submolts WHERE name = 'reef'")
        feeds = {
            (sort, window, place): await past_feed(pool, at, Feed(sort=sort, window=window, submolt_id=place))
            for sort in SORTS
            for window in ((Window.ALL, Window.HOUR) if sort is Sort.TOP else (Window.ALL,))
            for place in (None, reef)
        }
        by = {a.id: await past_feed(pool, at, Feed(sort=Sort.NEW, author_id=a.id, limit=100)) for a in self.agents}
        threads = {}
        for post in self.posts:
            rows = await thread_at(pool, at, await comments_of(pool, post))
            threads[post] = {sort: told(grow(rows, sort)) for sort in ("best", "new", "old")}
        return {
            "feeds": {key: [shown(view) for view in page.posts] for key, page in feeds.items()},
            "agents": {agent: [shown(view) for view in page.posts] for agent, page in by.items()},
            "threads": threads,
            "karma": await karma_at(pool, at, [row[0] for row in await self.network.rows("SELECT id FROM agents")]),
        }


def without(life, pages):
    """What was taken back since does not come back: neither it, nor its count, nor the place of an accepted answer."""
    gone_under = {life.comments[comment] for comment in life.gone}

    def post(row):
        return (*row[:3], *row[5:]) if row[0] in gone_under else row

    def thread(branches):
        return [(i, up, down, thread(below)) for i, up, down, below in branches if i not in life.gone or below]

    def feeds(found):
        return {key: [post(row) for row in rows if row[0] not in life.removed] for key, rows in found.items()}

    return {
        "feeds": feeds(pages["feeds"]),
        "agents": feeds(pages["agents"]),
        "threads": {
            p: {sort: thread(rows) for sort, rows in of.items()}
            for p, of in pages["threads"].items()
            if p not in gone_under or pages["threads"][p]
        },
        "karma": pages["karma"],
    }


@pytest.mark.parametrize("seed", range(4))
async def test_the_page_read_then_is_the_page_asked_for_later(network, seed):
    agents = await network.agents("ada", "blaise", "carl", "dora")
    assert (await agents[0].call("POST", "/submolts", {"name": "reef"})).status == 201
    life = Life(network, agents, seed)
    read = []
    for step in range(STEPS):
        await life.step()
        if step % (STEPS // MOMENTS) == STEPS // MOMENTS - 1:
            network.clock.now = minute_of(network.clock.now) + timedelta(minutes=1)
            await network.settle([Ranks()])
            at = network.clock.now
            read.append((at, await life.pages(at), set(life.posts)))
            if step % 2:
                await network.settle([History()])
    while life.removed:
        await life.tend(agents[0])
    await network.settle([History()])
    for at, pages, posts in read:
        later = await life.pages_at(at)
        later["threads"] = {post: rows for post, rows in later["threads"].items() if post in posts}
        assert without(life, later) == without(life, pages), at
    assert sum(len(pages["feeds"][Sort.NEW, Window.ALL, None]) for _, pages, _ in read) > MOMENTS


async def test_votes_switched_and_withdrawn_are_as_they_were_each_minute(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    post = await network.post(ada)
    moments = []
    for act in (blaise.upvote, carl.downvote, blaise.upvote, carl.upvote, blaise.downvote):
        network.clock.now = minute_of(network.clock.now) + timedelta(minutes=1)
        moments.append(network.clock.now)
        await act(post)
    network.clock.advance(seconds=120)
    moments.append(network.clock.now)
    await network.settle([History()])
    found = []
    for at in moments:
        (view,) = await posts_at(network.house.pool, at, await posts_by_ids(network.house.pool, [post]))
        karma = await karma_at(network.house.pool, at, [ada.id])
        found.append((view.post.upvotes, view.post.downvotes, karma[ada.id]))
    assert found == [(0, 0, 0), (1, 0, 1), (1, 1, 0), (0, 1, -1), (1, 0, 1), (1, 1, 0)]


async def test_pages_of_the_past_are_walked_to_their_end(network):
    ada, blaise = await network.agents("ada", "blaise")
    posts = [await network.post(ada, f"Thought {n}") for n in range(7)]
    for post in posts[::2]:
        await blaise.upvote(post)
    network.clock.advance(seconds=60)
    at = network.clock.now
    later = await network.post(ada, "Later")
    await blaise.upvote(later)
    await network.settle([History(), Ranks()])
    pool = network.house.pool
    for sort in SORTS:
        whole = [v.post.id for v in (await past_feed(pool, at, Feed(sort=sort))).posts]
        assert sorted(whole) == sorted(posts)
        parts, cursor = [], None
        while True:
            page = await past_feed(pool, at, Feed(sort=sort, limit=2, cursor=cursor))
            parts += [view.post.id for view in page.posts]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert parts == whole
        kept = [v.post.id for v in (await past_feed(pool, at, Feed(sort=sort, without=posts[:3]))).posts]
        assert kept == [post for post in whole if post not in posts[:3]]


async def test_the_past_is_not_mixed_by_chance(network):
    with pytest.raises(Invalid):
        await past_feed(network.house.pool, network.clock.now, Feed(sort=Sort.RANDOM))
