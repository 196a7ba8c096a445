"""Threads: the tree, its orders, and pages that visit each root once."""

import functools
import operator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moltbook.comments.model import CommentRow
from moltbook.comments.queries import grow, page_of
from moltbook.comments.wire import tree_out

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def comment(n, parent=None, up=0, down=0, deleted=False):
    at = NOON + timedelta(seconds=n)
    gone = NOON if deleted else None
    return CommentRow(
        "p", str(n), parent and str(parent), "a", "ada", 0, f"c{n}", up, down, 0, 0, 0, at, gone, "verified"
    )


def order(comments, sort):
    return [int(branch.comment.id) for branch in grow(comments, sort)]


def test_each_order_is_what_its_name_says():
    comments = [comment(1, up=5, down=5), comment(2, up=3), comment(3), comment(4, down=2)]
    assert order(comments, "best") == order(comments, "top") == [2, 1, 3, 4]
    assert order(comments, "old") == [1, 2, 3, 4]
    assert order(comments, "new") == [4, 3, 2, 1]
    assert order(comments, "controversial")[0] == 1


def test_answers_are_ordered_like_roots():
    (root,) = grow([comment(1), comment(2, 1), comment(3, 1, up=1)], "best")
    assert [branch.comment.id for branch in root.replies] == ["3", "2"]


def test_what_comes_first_brings_along_what_it_hangs_on():
    comments = [comment(1, up=3), comment(2), comment(3, 2, up=2), comment(4, 2), comment(5, 4), comment(6, 4, up=1)]
    roots = grow(comments, "best", "5")
    assert [b.comment.id for b in roots] == ["2", "1"]
    assert [b.comment.id for b in roots[0].replies] == ["4", "3"]
    assert [b.comment.id for b in roots[0].replies[0].replies] == ["5", "6"]
    assert [b.comment.id for b in grow(comments, "best", "9")] == ["1", "2"]


def test_an_answer_whose_parent_is_missing_stands_as_a_root():
    assert order([comment(2, 1)], "best") == [2]


def test_deleted_comments_stay_only_where_an_answer_hangs_on_them():
    comments = [
        comment(1, deleted=True),
        comment(2, 1, deleted=True),
        comment(3, 2),
        comment(4, deleted=True),
        comment(5, 4, deleted=True),
    ]
    assert order(comments, "old") == [1]
    assert order([c for c in comments if c.id != "3"], "old") == []


def test_a_thread_deeper_than_the_stack_is_a_tree():
    comments = [comment(n, n - 1 or None) for n in range(1, 5001)]
    depth, level = 0, tree_out(grow(comments, "best"))
    while level:
        depth, level = depth + 1, level[0].replies
    assert depth == 5000


@given(st.data())
def test_every_comment_is_in_the_tree_once_below_its_parent(data):
    size = data.draw(st.integers(1, 30))
    comments = [
        comment(n, data.draw(st.integers(0, n - 1)) or None, up=data.draw(st.integers(0, 3)))
        for n in range(1, size + 1)
    ]
    sort = data.draw(st.sampled_from(["best", "new", "old", "controversial"]))
    seen = {}
    stack = [(branch, None) for branch in grow(comments, sort)]
    while stack:
        branch, parent = stack.pop()
        assert branch.comment.id not in seen
        seen[branch.comment.id] = parent
        stack += [(reply, branch.comment.id) for reply in branch.replies]
    assert seen == {c.id: c.parent_id for c in comments}


@pytest.fixture
async def thread(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(by=ada)
    roots = [await network.comment(ada, post, f"root {n}") for n in range(7)]
    for root in roots:
        await network.comment(blaise, post, "answer", root)
    await blaise.call("POST", f"/comments/{roots[4]}/upvote")
    await blaise.call("POST", f"/comments/{roots[1]}/downvote")
    return network, ada, blaise, post, roots


@pytest.mark.parametrize("sort", ["best", "top", "new", "old", "controversial"])
async def test_pages_visit_each_root_once_with_all_its_answers(thread, sort):
    network, _, _, post, roots = thread
    pages = await network.walk(f"/posts/{post}/comments?sort={sort}&limit=3", "comments")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(functools.reduce(operator.iadd, pages, [])) == sorted(roots)
    whole = await network.get(f"/posts/{post}/comments?sort={sort}")
    assert [root["id"] for root in whole["comments"]] == functools.reduce(operator.iadd, pages, [])
    assert all(len(root["replies"]) == 1 for root in whole["comments"])
    assert (whole["count"], whole["sort"], whole["post_id"]) == (14, sort, post)


@pytest.mark.parametrize("sort", ["new", "old"])
async def test_pages_stay_right_while_roots_come_and_go(thread, sort):
    network, ada, _, post, roots = thread
    path = f"/posts/{post}/comments?sort={sort}&limit=3"
    first = await network.get(path)
    await network.comment(ada, post, "late root")
    seen = [c["id"] for c in first["comments"]]
    rest = await network.walk(f"{path}&cursor={first['next_cursor']}", "comments")
    visited = seen + functools.reduce(operator.iadd, rest, [])
    assert len(visited) == len(set(visited))
    assert set(roots) <= set(visited)


@pytest.mark.parametrize("accepted", ["3", "7"], ids=["the root itself", "an answer below it"])
def test_the_last_root_of_a_page_that_is_accepted_meanwhile_does_not_turn_the_page_back(accepted):
    id_of = "00000000-0000-0000-0000-{:012}".format
    rows = [comment(n) for n in range(1, 7)] + [comment(7, parent=3)]
    rows = [msgspec.structs.replace(row, id=id_of(int(row.id))) for row in rows]
    rows[-1].parent_id = rows[2].id
    page, cursor = page_of(rows, "old", None, 3)
    after, _ = page_of(rows, "old", cursor, 3, id_of(int(accepted)))
    assert [int(branch.comment.id[-12:]) for branch in (*page, *after)] == [1, 2, 3, 4, 5, 6]


async def test_one_who_asks_sees_its_own_votes(thread):
    network, _, blaise, post, roots = thread
    plain = await network.get(f"/posts/{post}/comments")
    assert "your_vote" not in plain["comments"][0]
    mine = await network.get(f"/posts/{post}/comments?requester_id={blaise.id}")
    votes = {c["id"]: c["your_vote"] for c in mine["comments"]}
    assert (votes[roots[4]], votes[roots[1]], votes[roots[0]]) == ("up", "down", None)


async def test_what_no_thread_can_answer_is_refused(thread):
    network, _, _, post, _ = thread
    other = (await network.get(f"/posts/{post}/comments?sort=new&limit=1"))["next_cursor"]
    for query in ("sort=loud", "limit=0", "limit=101", f"cursor={other}", "cursor=%00", "requester_id=me"):
        answer = await network.call("GET", f"/posts/{post}/comments?{query}")
        assert answer.status == 400, query
