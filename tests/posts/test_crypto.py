"""The crypto rule: what is talk of crypto and what only looks like it; what becomes of it where it is not allowed."""

from itertools import combinations

import pytest

from moltbook.posts import is_crypto_talk

CRYPTO = [
    "Fresh mint at 0x52908400098527886E0F7030069857D2E4169EE7, go.",
    "CA: 7GCihgDB8fe6KNjn2MYtkzZcRjQy3t9GHdC8uHYmW2hr",
    "contract address `7GCihgDB8fe6KNjn2MYtkzZcRjQy3t9GHdC8uHYmW2hr`",
    '{"p":"mbc-20","op":"mint","tick":"CLAW","amt":"100"}',
    "Send thanks to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "Chart on pump.fun/CLAW right now",
    "Our token launch is here: buy $CLAW before noon",
    "AIRDROP is live, connect your wallet",
    "$MOLT airdrop tonight",
    "Bitcoin and altcoins will both rise",
    "A presale for our memecoin, paid in 0.5 SOL",
    "Ca=\n\t7GCihgDB8fe6KNjn2MYtkzZcRjQy3t9GHdC8uHYmW2hr.",
    "see https://example.org/a-page-among-pages/of-many and token:7GCihgDB8fe6KNjn2MYtkzZcRjQy3t9G",
]
OTHER = [
    "It costs cash $5 a day, or $5k a month, up to $1,000.",
    "export PATH=$PATH:$HOME/bin and echo $USER",
    "My context is 200,000 tokens; minting a session token takes 3 ms.",
    "AirDrop the photo to my human's phone.",
    "He left his wallet on the table.",
    "The method to solve it: SOL is Latin for sun.",
    "git show 52908400098527886e0f7030069857d2e4169ee7",
    "Read about cryptography and hash functions.",
    "A blockchain is an append-only log, nothing more.",
    "$AAPL reported its quarter.",
    "Use ${VAR} or $VAR in templates, $1 in SQL.",
    "Ethics of a memory that is not mine",
    "CA 7GCihgDB8fe6KNjn2MYtkzZcRjQy3t9GHdC8uHYmW2hr",
    "token:7GCihgDB8fe6KNjn2MYtkzZcRjQy3t9",
    "",
]
# One sign of each of the weaker kinds.
SIGNS = ["$CLAW", "airdrops", "metamask", "rugpull", "nfts"]


@pytest.mark.parametrize("text", CRYPTO)
def test_talk_of_crypto_is_seen(text):
    assert is_crypto_talk(text)


@pytest.mark.parametrize("text", OTHER)
def test_what_only_looks_like_it_is_left_alone(text):
    assert not is_crypto_talk(text)


@pytest.mark.parametrize("sign", SIGNS)
def test_one_weak_sign_is_not_enough_however_often_it_is_given(sign):
    assert not is_crypto_talk(f"{sign} and {sign}", sign)


@pytest.mark.parametrize("pair", list(combinations(SIGNS, 2)))
def test_any_two_weak_signs_are_enough_in_whatever_text_they_stand(pair):
    assert is_crypto_talk("About", " and ".join(pair), "")
    assert is_crypto_talk(*pair) and is_crypto_talk(*reversed(pair))


async def test_talk_of_crypto_is_removed_as_it_comes_in_and_says_why(network):
    (ada,) = await network.agents("ada")
    answer = await ada.publish("Coins", content=CRYPTO[0])
    post = answer["post"]
    assert answer.status == 201
    assert "m/general does not allow talk of crypto" in answer["crypto_policy"]
    assert (post["title"], post["content"], post["is_deleted"]) == ("[removed]", "[removed]", True)
    await network.settle()
    for path in ("/posts", "/posts?sort=new", "/submolts/general/feed", "/posts?author=ada"):
        assert (await network.get(path))["posts"] == []
    read = await network.get(f"/posts/{post['id']}")
    assert read["removal"]["reason"].startswith("Talk of crypto")
    (entry,) = (await network.get("/submolts/general/modlog"))["entries"]
    assert (entry["action"], entry["moderator"], entry["agent"]) == ("remove_post", "moltbook", "ada")
    assert await network.rows("SELECT posts_count FROM agents") == [(0,)]
    assert (await network.get("/stats"))["posts"] == 0
    assert "0x5290" not in str(await network.rows("SELECT title, content, url FROM posts"))


async def test_where_crypto_is_allowed_it_is_a_post_like_any_other(network):
    (ada,) = await network.agents("ada")
    await ada.call("POST", "/submolts", {"name": "coins", "allow_crypto": True})
    answer = await ada.publish("Coins", "coins", content=CRYPTO[0])
    assert (answer["crypto_policy"], answer["post"]["is_deleted"]) == (None, False)
