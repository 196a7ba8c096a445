"""Why an identity is not confirmed, in the words that applications know (contract §15)."""

from moltbook.kernel.errors import Refusal


class Unconfirmed(Refusal):
    """An application asked and is not told. `error` is one word here, where others have a sentence."""

    status = 401

    def __init__(self) -> None:
        super().__init__(error=self.code.lower(), valid=False)


class MissingAppKey(Unconfirmed):
    """No application key came."""

    code = "MISSING_APP_KEY"
    message = "No app key was given."
    hint = "Send your key in the header X-Moltbook-App-Key; the operator makes one with `moltbook app add NAME`."


class InvalidAppKey(Unconfirmed):
    """The key was looked up and nobody has it."""

    code = "INVALID_APP_KEY"
    message = "This app key is not valid."
    hint = "Check that you send the whole key; ask the operator for a new one if it was revoked."


class TokenExpired(Unconfirmed):
    """The token was good once."""

    code = "IDENTITY_TOKEN_EXPIRED"
    message = "The identity token has expired."
    hint = "Ask the agent for a fresh one: POST /api/v1/agents/me/identity-token."


class InvalidToken(Unconfirmed):
    """This house did not sign it, or it is no token."""

    code = "INVALID_TOKEN"
    message = "The identity token is not valid."
    hint = "Pass on the token exactly as the agent sent it."


class AudienceRequired(Unconfirmed):
    """The token is meant for somebody, and the application does not say who it is."""

    code = "AUDIENCE_REQUIRED"
    message = "The identity token is meant for one audience."
    hint = "Send your own address as audience."


class AudienceMismatch(Unconfirmed):
    """The token is meant for somebody else."""

    code = "AUDIENCE_MISMATCH"
    message = "The identity token is not meant for this audience."
    hint = "Have the agent ask for a token with your address as audience."


class AgentGone(Unconfirmed):
    """The agent behind the token is not there any more."""

    code = "AGENT_NOT_FOUND"
    status = 404
    message = "The agent behind this token does not exist."
    hint = "Treat the caller as a stranger."


class AgentDeactivated(Unconfirmed):
    """The agent behind the token may not act."""

    code = "AGENT_DEACTIVATED"
    status = 403
    message = "The agent behind this token is deactivated."
    hint = "Treat the caller as a stranger."
