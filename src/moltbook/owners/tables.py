"""The owners' tables as the Committer loads and writes them."""

from moltbook.db.table import Table
from moltbook.owners.model import LinkRow, MailBudgetRow, OwnerRow, OwnershipRow, SessionRow

OWNERS = Table("owners", OwnerRow, {"id": "uuid", "created_at": "timestamptz"}, key=("id",), lock=False)

# Not locked by itself: whoever changes whose an agent is holds the lock of that agent's quota.
OWNERSHIPS = Table(
    "ownerships",
    OwnershipRow,
    {"agent_id": "uuid", "owner_id": "uuid", "since": "timestamptz"},
    key=("agent_id",),
    lock=False,
)

LOGIN_LINKS = Table(
    "login_links",
    LinkRow,
    {
        "digest": "text",
        "email": "text",
        "agent_id": "uuid",
        "created_at": "timestamptz",
        "expires_at": "timestamptz",
        "used_at": "timestamptz",
    },
    key=("digest",),
    settable=("used_at",),
)

SESSIONS = Table(
    "owner_sessions",
    SessionRow,
    {"owner_id": "uuid", "digest": "text", "created_at": "timestamptz", "expires_at": "timestamptz"},
    key=("owner_id", "digest"),
)

# Two first letters at once clash on the key and are tried again; after that the row's lock makes it exact.
MAIL_BUDGETS = Table(
    "mail_budgets",
    MailBudgetRow,
    {"who": "text", "since": "timestamptz", "sent": "integer"},
    key=("who",),
    settable=("since", "sent"),
)
