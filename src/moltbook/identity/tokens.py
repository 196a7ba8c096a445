"""Identity tokens: JWTs signed with Ed25519 (RFC 7519, 8037), good for an hour and, if the agent says so, for one app.

A token for one audience is worth nothing to another: an app that receives one cannot use it to pass for the agent
elsewhere. One that names no audience is refused where an app insists on its own.
"""

from datetime import datetime, timedelta

import jwt
import msgspec
from jwt.types import Options

from moltbook.identity.rules import AudienceMismatch, AudienceRequired, InvalidToken, TokenExpired
from moltbook.kernel.ids import AgentId, new_id
from moltbook.kernel.signing import SigningKeys

LIFE_SECONDS = 3600
TOKEN_CHARS = 4096
ALGORITHM = "EdDSA"
# Time is our own clock's, and the audience has cases of its own.
_OPTIONS = Options(verify_exp=False, verify_iat=False, verify_nbf=False, verify_aud=False)


class Claims(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a token says."""

    iss: str
    sub: str
    iat: int
    exp: int
    jti: str
    aud: str | None = None


def issue(
    keys: SigningKeys, issuer: str, agent_id: AgentId, audience: str | None, now: datetime
) -> tuple[str, datetime]:
    """A token and when it expires."""
    kid, key = keys.youngest()
    expires_at = (now + timedelta(seconds=LIFE_SECONDS)).replace(microsecond=0)
    claims = Claims(issuer, agent_id, int(now.timestamp()), int(expires_at.timestamp()), new_id(), audience)
    token = jwt.encode(msgspec.to_builtins(claims), key, algorithm=ALGORITHM, headers={"kid": kid})
    return token, expires_at


def confirm(keys: SigningKeys, issuer: str, token: str, audience: str | None, now: datetime) -> AgentId:
    """Who is behind a token.

    Raises: InvalidToken, TokenExpired, AudienceRequired, AudienceMismatch.
    """
    claims = _signed_here(keys, token)
    if claims.iss != issuer:
        raise InvalidToken()
    if now.timestamp() >= claims.exp:
        raise TokenExpired()
    if claims.aud != audience:
        raise AudienceMismatch() if audience is not None else AudienceRequired()
    return AgentId(claims.sub)


def _signed_here(keys: SigningKeys, token: str) -> Claims:
    if len(token) > TOKEN_CHARS:
        raise InvalidToken()
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = keys.find(kid) if isinstance(kid, str) else None
        if key is None:
            raise InvalidToken()
        claims = jwt.decode(token, key.public_key(), algorithms=[ALGORITHM], options=_OPTIONS)
        return msgspec.convert(claims, Claims)
    except (jwt.PyJWTError, msgspec.ValidationError, ValueError, RecursionError) as error:
        raise InvalidToken() from error
