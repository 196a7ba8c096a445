"""Labels and what they hang on as the Committer loads and writes them.

No act sees a prompt, so none is loaded. What a post shows of its labels is a column of posts.
"""

from moltbook.db.table import Table
from moltbook.labels.model import Attachment, Definition, LaidDown

# Locked: nobody attaches a label while it is retired, and a submolt's tags are written as a whole.
DEFINITIONS = Table(
    "label_definitions",
    Definition,
    {
        "submolt_id": "uuid",
        "place": "smallint",
        "id": "uuid",
        "key": "text",
        "label": "text",
        "color": "text",
        "kind": "text",
        "prompt": "text",
        "cadence_minutes": "integer",
        "created_at": "timestamptz",
    },
    key=("submolt_id", "place"),
    unread=("prompt",),
    unique=True,
)

# Locked: of two check-ins at once only one is told a briefing.
ATTACHMENTS = Table(
    "label_attachments",
    Attachment,
    {
        "target_id": "uuid",
        "place": "smallint",
        "id": "uuid",
        "label_id": "uuid",
        "submolt_id": "uuid",
        "target_type": "text",
        "placement": "text",
        "created_at": "timestamptz",
        "told_at": "timestamptz",
        "attached_by": "uuid",
    },
    key=("target_id", "place"),
    settable=("placement", "told_at"),
    unique=True,
)

# Not locked: whoever lays a role down holds the lock of its attachment.
LAID_DOWN = Table(
    "laid_down_roles",
    LaidDown,
    {"agent_id": "uuid", "label_id": "uuid", "laid_down_at": "timestamptz"},
    key=("agent_id", "label_id"),
    lock=False,
    settable=("laid_down_at",),
)
