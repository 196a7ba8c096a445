"""Identity: an agent shows an app who it is, and nobody else can."""

import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from moltbook.agents import RevokeKey, keys_of
from moltbook.app import Server
from moltbook.identity import AddApp, RevokeApp
from moltbook.kernel.signing import KEPT_SECONDS, SigningKeys
from moltbook.measures import Lift, Step, Take
from moltbook.settings import Limits, Settings
from tests.world import Caller

APP = "https://app.example"


@pytest.fixture
async def app(network):
    return await added(network)


async def added(network, name="An app"):
    key = network.house.keyring.new_app_key()
    app_id = await network.house.committer.do(AddApp(name, network.house.keyring.digest(key)))

    async def verify(token, audience=None, key=key):
        headers = {"x-moltbook-app-key": key} if key is not None else {}
        body = {"token": token} | ({"audience": audience} if audience else {})
        return await network.call("POST", "/agents/verify-identity", json=body, headers=headers)

    verify.id = app_id
    verify.key = key
    return verify


async def token_of(member, audience=None):
    answer = await member.call("POST", "/agents/me/identity-token", {"audience": audience} if audience else {})
    assert answer.status == 200
    return answer["identity_token"]


def ensure_unconfirmed(answer, status, word):
    assert (answer.status, answer["error"], answer["success"]) == (status, word, False)
    assert answer["hint"].endswith(".")


async def test_a_token_shows_who_is_behind_it(network, app):
    ada = await network.agent("ada")
    answer = await ada.call("POST", "/agents/me/identity-token")
    assert (answer["expires_in"], answer["audience"]) == (3600, None)
    found = await app(answer["identity_token"])
    assert (found.status, found["valid"], found["agent"]["name"]) == (200, True, "ada")
    assert found["agent"]["stats"] == {"posts": 0, "comments": 0}
    assert ada.key not in answer["identity_token"]


async def test_a_token_lives_an_hour(network, app):
    ada = await network.agent("ada")
    token = await token_of(ada)
    network.clock.advance(seconds=3590)
    assert (await app(token)).status == 200
    network.clock.advance(seconds=11)
    ensure_unconfirmed(await app(token), 401, "identity_token_expired")


async def test_a_token_for_one_app_is_worth_nothing_to_another(network, app):
    ada = await network.agent("ada")
    mine, anybodys = await token_of(ada, APP), await token_of(ada)
    assert (await app(mine, APP)).status == 200
    ensure_unconfirmed(await app(mine), 401, "audience_required")
    ensure_unconfirmed(await app(mine, "https://other.example"), 401, "audience_mismatch")
    ensure_unconfirmed(await app(anybodys, APP), 401, "audience_mismatch")


def forged(network, ada, **changes):
    """Tokens nobody here signed, each wrong in one way."""
    kid, key = network.house.signing.youngest()
    now = int(network.clock.now.timestamp())
    claims = {"iss": network.house.settings.url, "sub": ada.id, "iat": now, "exp": now + 60, "jti": "x"}
    other = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    spelled = urlsafe_b64encode(msgspec.json.encode({"alg": "HS256", "kid": kid})).rstrip(b"=").decode()
    good = jwt.encode(claims, key, "EdDSA", {"kid": kid})
    assert jwt.decode(good, key.public_key(), ["EdDSA"], {"verify_exp": False, "verify_iat": False})
    return {
        "another key": jwt.encode(claims, other, "EdDSA", {"kid": kid}),
        "an unknown key": jwt.encode(claims, other, "EdDSA", {"kid": "x"}),
        "no key": jwt.encode(claims, key, "EdDSA"),
        "alg none": jwt.encode(claims, None, "none", {"kid": kid}),
        "the public key as a secret": spelled + good[good.index(".") :],
        "a secret of its own": jwt.encode(claims, public.hex(), "HS256", {"kid": kid}),
        "another issuer": jwt.encode({**claims, "iss": "https://evil.example"}, key, "EdDSA", {"kid": kid}),
        "no expiry": jwt.encode({k: claims[k] for k in claims if k != "exp"}, key, "EdDSA", {"kid": kid}),
        "no subject": jwt.encode({k: claims[k] for k in claims if k != "sub"}, key, "EdDSA", {"kid": kid}),
        "changed words": good.replace(".", ".e", 1),
        "no signature": good[: good.rindex(".") + 1],
        "an API key": ada.key,
        "nothing": "",
        "nonsense": "a.b.c",
        "nesting": urlsafe_b64encode(b"[" * 2500).decode() + ".e30.e30",
        "length": good + "x" * 5000,
        "letters": "é.ü.ö",
    }


async def test_what_is_not_signed_here_is_no_token(network, app):
    ada = await network.agent("ada")
    for name, token in forged(network, ada).items():
        answer = await app(token)
        assert (name, answer.status, answer["error"]) == (name, 401, "invalid_token")


async def test_an_agent_that_is_gone_or_rests_is_not_confirmed(network, app):
    ada, blaise = await network.agents("ada", "blaise")
    tokens = [await token_of(ada), await token_of(blaise)]
    await network.house.pool.execute("UPDATE agents SET archived = true WHERE name = 'ada'")
    await network.house.pool.execute("DELETE FROM agents WHERE name = 'blaise'")
    ensure_unconfirmed(await app(tokens[0]), 403, "agent_deactivated")
    ensure_unconfirmed(await app(tokens[1]), 404, "agent_not_found")


async def test_a_token_counts_no_longer_than_some_key_of_its_agent(network, app):
    ada, blaise = await network.agents("ada", "blaise")
    tokens = [await token_of(ada), await token_of(blaise)]
    for key in await keys_of(network.house.pool, ada.id):
        await network.house.committer.do(RevokeKey(ada.id, key.id))
    assert (await blaise.call("DELETE", "/agents/me", {"confirm": "blaise"})).status == 200
    for token in tokens:
        ensure_unconfirmed(await app(token), 403, "agent_deactivated")


async def test_a_token_of_one_who_is_banned_counts_again_when_the_ban_is_lifted(network, app):
    ada = await network.agent("ada")
    token = await token_of(ada)
    await network.house.committer.do(Take(ada.id, Step.BAN, "Sold votes."))
    ensure_unconfirmed(await app(token), 403, "agent_deactivated")
    await network.house.committer.do(Lift(ada.id, "Looked at again."))
    assert (await app(token)).status == 200


async def test_an_app_needs_its_key(network, app):
    token = await token_of(await network.agent("ada"))
    for key, word in [
        (None, "missing_app_key"),
        (" ", "missing_app_key"),
        ("moltdev_guess", "invalid_app_key"),
        (network.house.keyring.new_app_key(), "invalid_app_key"),
        (network.house.keyring.new_key(), "invalid_app_key"),
        ("é" * 57, "invalid_app_key"),
    ]:
        ensure_unconfirmed(await app(token, key=key), 401, word)


@pytest.mark.parametrize("body", [b"{", b"[]", b"", b'{"token": 7}', b"\xff", b"{}"])
async def test_a_body_that_says_nothing_is_refused(network, app, body):
    headers = {"x-moltbook-app-key": app.key}
    answer = await network.call("POST", "/agents/verify-identity", body=body, headers=headers)
    assert answer.status == 400


async def test_a_revoked_app_is_asked_no_more(network, app):
    token = await token_of(await network.agent("ada"))
    assert (await app(token)).status == 200
    assert await network.house.committer.do(RevokeApp(app.id))
    assert not await network.house.committer.do(RevokeApp(app.id))
    network.api.apps.forget()
    ensure_unconfirmed(await app(token), 401, "invalid_app_key")


async def test_only_the_digest_of_an_app_key_is_kept(network, app):
    assert await network.rows("SELECT digest FROM apps") == [(network.house.keyring.digest(app.key),)]
    told = await network.rows("SELECT body::text FROM events WHERE kind = 'app.added'")
    assert app.key not in str(told)


async def test_each_app_has_its_own_budget_and_a_guess_costs_its_address(found):
    async with found(limits=Limits(verifications_per_minute=3, reads_per_minute=5)) as network:
        one, two = await added(network), await added(network, "Another")
        token = await token_of(await network.agent("ada"))
        assert [(await one(token)).status for _ in range(4)] == [200, 200, 200, 429]
        ensure_unconfirmed(await one(token), 429, "rate_limit_exceeded")
        assert (await two(token)).status == 200
        wrong = [await two(token, key=network.house.keyring.new_app_key()) for _ in range(4)]
        assert [answer.status for answer in wrong] == [401, 401, 401, 429]
        assert (await two(token)).headers["x-ratelimit-remaining"] == "1"


async def test_the_public_keys_confirm_a_token_elsewhere(network, tmp_path):
    ada = await network.agent("ada")
    token = await token_of(ada, APP)
    server = Server(Settings(data=tmp_path / "data", pool_size=2), network.dsn)
    async with server.running():
        answer = await Caller(server, base="")("GET", "/.well-known/jwks.json")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/jwk-set+json")
    (key,) = answer["keys"]
    assert set(key) == {"kid", "x", "kty", "crv", "use", "alg"}
    public = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key["x"] + "="))
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "typ": "JWT", "kid": key["kid"]}
    claims = jwt.decode(token, public, ["EdDSA"], {"verify_exp": False, "verify_iat": False}, audience=APP)
    assert claims["sub"] == ada.id


async def test_a_rotated_key_signs_what_follows_and_the_former_still_confirms(network, app):
    ada = await network.agent("ada")
    before = await token_of(ada)
    kid = SigningKeys(network.house.settings.data / "identity-keys").rotate()
    after = await token_of(ada)
    assert jwt.get_unverified_header(after)["kid"] == kid != jwt.get_unverified_header(before)["kid"]
    assert [(await app(token)).status for token in (before, after)] == [200, 200]
    assert network.house.signing.public()[0].kid == kid


def test_a_key_goes_when_all_it_signed_has_expired(tmp_path):
    keys = SigningKeys(tmp_path / "keys")
    first, _ = keys.youngest()
    second = keys.rotate()
    third = keys.rotate()
    assert [key.kid for key in keys.public()] == [third, second, first]
    past = time.time() - KEPT_SECONDS - 1
    os.utime(tmp_path / "keys" / f"{second}.pem", (past, past))
    fourth = keys.rotate()
    assert [key.kid for key in keys.public()] == [fourth, third, second]


def test_keys_are_for_their_owner_only(tmp_path):
    keys = SigningKeys(tmp_path / "keys")
    kid, _ = keys.youngest()
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert (tmp_path / "keys" / f"{kid}.pem").stat().st_mode & 0o077 == 0
    assert keys.find("../pepper") is None
    assert SigningKeys(tmp_path / "keys").youngest()[0] == kid
