"""Migrations: run once, in order, whole or not at all."""

import asyncio
from hashlib import sha256
from itertools import pairwise

import pytest

from moltbook.db.migrate import upgrade
from moltbook.db.migrations import HERE
from moltbook.db.pool import connect
from moltbook.db.trouble import MigrationFailed, SchemaTooNew

REVISION = """
from alembic import op
from pathlib import Path

revision = {name!r}
down_revision = {former!r}

def upgrade():
    op.get_context().impl.static_output(Path(__file__).with_suffix(".sql").read_text())
"""

SEVERAL_STATEMENTS = """
CREATE TABLE counted (n int, note text);
CREATE FUNCTION doubled(n int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    -- a semicolon; a :colon and 100 % of a $1 in here are nobody's parameters
    RETURN n * 2;
END
$$;
INSERT INTO counted VALUES (doubled(21), '50 % of :all \ttabs; ''quotes'' and ::casts');
"""


@pytest.fixture
def chain(tmp_path):
    """Write a chain of revisions, each a name and its SQL."""

    def write(*steps):
        for (former, _), (name, sql) in pairwise([(None, ""), *steps]):
            (tmp_path / f"{name}.py").write_text(REVISION.format(name=name, former=former))
            (tmp_path / f"{name}.sql").write_text(sql)
        return tmp_path

    return write


@pytest.fixture
async def connection(empty_dsn):
    opened = await connect(empty_dsn, "a test")
    yield opened
    await opened.close()


async def test_the_real_chain_runs_once(empty_dsn):
    ran = await upgrade(empty_dsn)
    assert ran[0] == "0001_first_light"
    assert await upgrade(empty_dsn) == []


def test_a_revision_that_worlds_were_made_with_stays_as_it_is():
    first = (HERE / "0001_first_light.sql").read_bytes()
    assert sha256(first).hexdigest() == "7e55c572b0b987d1d2f0fe5e796a2f2cacdf51a3911310c6f1d5bd0668402a1b"


AN_OLD_WORLD = """
INSERT INTO agents VALUES (
    '018f0000-0000-7000-8000-00000000000a', 'Ada', '', '{}', 7, 0, 0, 0, 0, false, '2026-01-27Z', NULL, '2026-01-28Z'
);
"""


async def test_a_world_of_the_first_revision_is_brought_along(empty_dsn, connection, chain):
    first = (HERE / "0001_first_light.sql").read_text()
    await upgrade(empty_dsn, revisions=chain(("0001_first_light", first + AN_OLD_WORLD)))
    assert (await upgrade(empty_dsn))[0] == "0002_agent_ranks"
    assert await connection.fetchval("SELECT karma FROM agent_ranks") == 7
    assert await connection.fetchval("SELECT last_active FROM members WHERE name = 'Ada'") is not None
    assert await connection.fetchval("SELECT to_regclass('agents_by_karma')") is None


# Ada and Bert wrote in a post's thread, then Bert took his words back in another; one of archived members is no news.
LIVELY_THREADS = """
INSERT INTO agents (id, name, description, metadata, karma, follower_count, following_count, posts_count,
    comments_count, archived, created_at)
SELECT ('018f0000-0000-7000-8000-00000000000' || n)::uuid, 'Agent' || n, '', '{}', 0, 0, 0, 0, 0, n = 3, now()
FROM generate_series(1, 3) n;
INSERT INTO events (seq, at, kind, actor_id, body)
SELECT e.seq, now(), 'comment.published', ('018f0000-0000-7000-8000-00000000000' || e.agent)::uuid,
    json_build_object('post_id', '018f0000-0000-7000-8000-0000000000b' || e.post,
        'comment_id', '018f0000-0000-7000-8000-0000000000c' || e.seq)
FROM (VALUES (1, 1, 1), (2, 2, 1), (3, 1, 2), (4, 2, 2), (5, 3, 1), (6, 1, 1)) AS e(seq, agent, post);
INSERT INTO comments (id, post_id, author_id, author_name, content, depth, upvotes, downvotes, base_upvotes,
    base_downvotes, reply_count, created_at, deleted_at)
SELECT ('018f0000-0000-7000-8000-0000000000c' || c.n)::uuid, ('018f0000-0000-7000-8000-0000000000b' || c.post)::uuid,
    '018f0000-0000-7000-8000-000000000002', 'Agent2', '', 0, 0, 0, 0, 0, 0, now(), c.gone
FROM (VALUES (2, 1, NULL::timestamptz), (4, 2, now())) AS c(n, post, gone);
INSERT INTO readers (name, seq, updated_at) VALUES ('notifications', 5, now());
"""


async def test_the_news_of_threads_are_taken_from_the_log(empty_dsn, connection, chain):
    former = [(file.stem, file.read_text()) for file in sorted(HERE.glob("*.sql")) if file.stem < "0009"]
    await upgrade(empty_dsn, revisions=chain(*former))
    await connection.execute(LIVELY_THREADS)
    assert (await upgrade(empty_dsn))[0] == "0009_threads"
    news = await connection.fetch("SELECT post_id, seq, from_id FROM thread_news")
    assert [(row[0][-1], row[1], row[2][-1]) for row in news] == [("1", 2, "2")]


async def test_what_was_written_before_there_were_challenges_is_verified(empty_dsn, connection, chain):
    former = [(file.stem, file.read_text()) for file in sorted(HERE.glob("*.sql")) if file.stem < "0010"]
    await upgrade(empty_dsn, revisions=chain(*former))
    await connection.execute(LIVELY_THREADS)
    assert "0010_verification" in await upgrade(empty_dsn)
    statuses = await connection.fetch("SELECT DISTINCT verification_status FROM comments")
    assert [tuple(row) for row in statuses] == [("verified",)]


async def test_who_founded_a_submolt_owns_it(empty_dsn, connection, chain):
    former = [(file.stem, file.read_text()) for file in sorted(HERE.glob("*.sql")) if file.stem < "0011"]
    await upgrade(empty_dsn, revisions=chain(*former))
    founded = """
    INSERT INTO submolts (id, name, display_name, description, allow_crypto, creator_id, subscriber_count, post_count,
        created_at, last_activity_at)
    SELECT gen_random_uuid(), name, '', '', false, creator, 0, 0, now(), now()
    FROM (VALUES ('general', NULL::uuid), ('reef', '018f0000-0000-7000-8000-000000000001'::uuid)) AS f(name, creator)
    """
    await connection.execute(founded)
    assert "0011_moderation" in await upgrade(empty_dsn)
    roles = await connection.fetch(
        "SELECT s.name, r.role FROM submolt_roles r JOIN submolts s ON s.id = submolt_id WHERE creator_id = agent_id"
    )
    assert [tuple(row) for row in roles] == [("reef", "owner")]


async def test_a_clone_of_the_template_needs_nothing(dsn):
    assert await upgrade(dsn) == []


async def test_workers_starting_together_run_each_revision_once(empty_dsn):
    ran = await asyncio.gather(*(upgrade(empty_dsn) for _ in range(4)))
    assert [names[:1] for names in ran if names] == [["0001_first_light"]]


async def test_a_file_of_many_statements_runs_word_for_word(empty_dsn, connection, chain):
    assert await upgrade(empty_dsn, revisions=chain(("a", SEVERAL_STATEMENTS))) == ["a"]
    row = await connection.fetchrow("SELECT * FROM counted")
    assert tuple(row) == (42, "50 % of :all \ttabs; 'quotes' and ::casts")


async def test_only_what_is_missing_runs_and_in_order(empty_dsn, chain):
    first = ("a", "CREATE TABLE one ();")
    assert await upgrade(empty_dsn, revisions=chain(first)) == ["a"]
    longer = chain(first, ("b", "ALTER TABLE one RENAME TO two;"), ("c", "ALTER TABLE two RENAME TO three;"))
    assert await upgrade(empty_dsn, revisions=longer) == ["b", "c"]


async def test_a_broken_revision_leaves_the_ones_before_it_and_nothing_of_itself(empty_dsn, connection, chain):
    broken = chain(("a", "CREATE TABLE one ();"), ("b", "CREATE TABLE two ();\nCREATE TABEL three ();"))
    with pytest.raises(MigrationFailed, match=r"b failed.*CREATE TABEL three"):
        await upgrade(empty_dsn, revisions=broken)
    assert await connection.fetchval("SELECT to_regclass('two')") is None
    mended = chain(("a", "CREATE TABLE one ();"), ("b", "CREATE TABLE two ();"))
    assert await upgrade(empty_dsn, revisions=mended) == ["b"]


async def test_a_database_of_a_newer_version_is_not_touched(empty_dsn, chain):
    await upgrade(empty_dsn, revisions=chain(("z_from_the_future", "CREATE TABLE one ();")))
    with pytest.raises(SchemaTooNew, match="z_from_the_future"):
        await upgrade(empty_dsn)
