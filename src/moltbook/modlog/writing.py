"""Writing a line into the public log, in the transaction of what it tells of."""

from moltbook.db.world import World
from moltbook.kernel.ids import AgentId, CommentId, PostId, SubmoltId
from moltbook.modlog.model import Action, Hand, LogRow
from moltbook.modlog.tables import MODLOG


def write_down(
    world: World,
    action: Action,
    submolt_id: SubmoltId,
    hand: Hand,
    agent: tuple[AgentId, str],
    reason: str = "",
    *,
    post_id: PostId | None = None,
    comment_id: CommentId | None = None,
) -> LogRow:
    """Write down what was done, by whom, to whom and why."""
    row = LogRow(
        submolt_id,
        world.new_id(),
        world.now,
        action.value,
        hand.id,
        hand.name,
        *agent,
        post_id,
        comment_id,
        reason,
    )
    world[MODLOG].add(row)
    return row
