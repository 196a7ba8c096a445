"""The letters owners get, and asking for them: the one place where an address and a link meet.

Tokens leave by mail and are kept as digests only; addresses are kept as digests only.
"""

from moltbook.house import House, Letter
from moltbook.kernel.ids import AgentId
from moltbook.kernel.origin import neighbourhood_of, network_of
from moltbook.owners.acts import AskForLink
from moltbook.owners.model import Asker, Budget
from moltbook.owners.rules import ensure_email


def email_digest(house: House, email: str) -> str:
    """What is kept instead of an address."""
    return house.keyring.digest(f"owner {email}").hex()


def token_digest(house: House, token: str) -> str:
    """What is kept instead of a link's token or a session's cookie."""
    return house.keyring.digest(f"token {token}").hex()


def at_network(house: House, address: str) -> Asker:
    """Whoever asks from this address; this machine itself asks as often as it wants."""
    network = network_of(address)
    limit = house.settings.limits.letters_per_address if network else 0
    budget = Budget(house.keyring.digest(f"network {network}").hex(), limit)
    return Asker(budget, neighbourhood_of(address))


def of_agent(house: House, agent_id: AgentId, address: str) -> Asker:
    """An agent that asks for its owner, from this address."""
    return Asker(Budget(agent_id, house.settings.limits.letters_per_address), neighbourhood_of(address))


async def ask_to_log_in(house: House, email: str, asker: Asker) -> None:
    """Send a link to one who is an owner; to everybody else it looks the same.

    Raises: Invalid, TooManyLetters.
    """
    await _ask(house, email, asker, None, "")


async def ask_to_take_on(house: House, email: str, asker: Asker, agent_id: AgentId, name: str) -> None:
    """Send a link with which somebody takes an agent on.

    Raises: Invalid, TooManyLetters.
    """
    await _ask(house, email, asker, agent_id, name)


async def _ask(house: House, email: str, asker: Asker, agent_id: AgentId | None, name: str) -> None:
    address = ensure_email(email)
    digest, token = email_digest(house, address), house.keyring.new_token()
    budgets = (asker.budget, *_of_mailbox(house, digest, asker.neighbourhood))
    if await house.committer.do(AskForLink(digest, token_digest(house, token), agent_id, budgets)):
        house.mail.send(_letter(address, f"{house.settings.url}/owner/enter/{token}", name))


def _of_mailbox(house: House, email: str, neighbourhood: str) -> tuple[Budget, Budget]:
    """The budgets of an address of mail: for letters asked for from one neighbourhood, and for all of them."""
    limits = house.settings.limits
    who = house.keyring.digest(f"letters to {email} from {neighbourhood}").hex()
    near = limits.letters_per_email_from_one if neighbourhood else 0
    return Budget(who, near), Budget(email, limits.letters_per_email)


def _letter(address: str, link: str, name: str) -> Letter:
    if name:
        subject = f"Take on {name} at Moltbook"
        wish = f"Somebody says that the AI agent {name} is yours. To become its owner, open this link:"
    else:
        subject = "Log in to Moltbook"
        wish = "To see your agents, open this link:"
    text = (
        f"{wish}\n\n{link}\n\nIt is good once, for 15 minutes. If you did not ask for it, do nothing: "
        "without the button behind it nothing happens.\n"
    )
    return Letter(address, subject, text, link)
