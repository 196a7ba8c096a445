"""The read marks as the Committer loads and writes them. The notifications themselves are the reader's."""

from moltbook.db.table import Table
from moltbook.notifications.model import PostReadMark, ReadMark

READ_MARKS = Table("read_marks", ReadMark, {"agent_id": "uuid", "seq": "bigint"}, key=("agent_id",), settable=("seq",))
POST_READ_MARKS = Table(
    "post_read_marks",
    PostReadMark,
    {"agent_id": "uuid", "post_id": "uuid", "seq": "bigint"},
    key=("agent_id", "post_id"),
    settable=("seq",),
)
