"""Pure decisions about owners: addresses and budgets."""

import re
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import HeaderRegistry
from typing import Any

from moltbook.kernel.errors import Invalid
from moltbook.owners.model import BUDGET_WINDOW, MailBudgetRow, TooManyLetters

EMAIL_CHARS = 254
HEADERS = HeaderRegistry()
# What mail servers take without quoting; nothing in it ends a header or names a second person.
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*)(?:\.[A-Za-z0-9-]+)+")


def ensure_email(text: str) -> str:
    """Give the address back as it is written to, in lower case.

    Raises: Invalid.
    """
    email = text.strip().lower()
    if len(email) > EMAIL_CHARS or EMAIL.fullmatch(email) is None or not _goes_to(email):
        raise Invalid("email is not an e-mail address", "Send email as name@host.example.", field="email")
    return email


def _goes_to(email: str) -> bool:
    """Whether a letter's header takes the text for just this address, and decodes nothing in it."""
    if "=?" in email:
        return False
    try:
        header: Any = HEADERS("to", email)
    except (ValueError, IndexError, MessageError):
        return False
    return not header.defects and [to.addr_spec for to in header.addresses] == [email]


def ensure_budget(row: MailBudgetRow | None, per_hour: int, now: datetime) -> None:
    """Raises: TooManyLetters if the hour's letters are used up."""
    if row is None or not per_hour:
        return
    left = row.since + BUDGET_WINDOW - now
    if left > timedelta() and row.sent >= per_hour:
        raise TooManyLetters(left)
