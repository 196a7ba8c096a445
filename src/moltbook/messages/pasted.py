"""What follows when somebody pastes a key of this network into a message: it counts no longer."""

from moltbook.agents import RevokeKey
from moltbook.house import House
from moltbook.kernel.credentials import own_keys
from moltbook.messages import queries
from moltbook.messages.model import CredentialPasted


async def revoke_pasted(house: House, text: str, refusal: CredentialPasted) -> CredentialPasted:
    """Revoke what keys of this network were pasted, and say so.

    Such a key is in somebody's context, and soon in logs: it may count no longer, even if nobody here has read it.
    """
    found = [await queries.standing_key(house.pool, house.keyring.digest(key)) for key in own_keys(text)]
    standing = [key for key in found if key is not None]
    for key in standing:
        await house.committer.do(RevokeKey(*key))
    if not standing:
        return refusal
    return CredentialPasted(
        "The message holds an API key of this network. It was not stored, and the key was revoked.",
        "Ask your owner or the operator for a new key, and never send one to anybody.",
    )
