"""What changes read marks: the agent's word that it has read."""

from moltbook.db.world import Act, Wants, World
from moltbook.kernel.ids import AgentId, PostId
from moltbook.notifications.model import PostReadMark, ReadMark
from moltbook.notifications.tables import POST_READ_MARKS, READ_MARKS


class MarkRead(Act[None], frozen=True):
    """An agent has read everything up to an event, or what happened about one post.

    Says nothing to the log: who has read what concerns nobody else.
    """

    agent_id: AgentId
    post_id: PostId | None
    up_to: int

    def needs(self, wants: Wants) -> None:
        """The mark, if there is one."""
        if self.post_id is None:
            wants.ask(READ_MARKS, self.agent_id)
        else:
            wants.ask(POST_READ_MARKS, (self.agent_id, self.post_id))

    def decide(self, world: World) -> None:
        """Move the mark forward; a mark never goes back."""
        if self.post_id is None:
            mark = world[READ_MARKS].get(self.agent_id)
            if mark is None:
                world[READ_MARKS].add(ReadMark(self.agent_id, self.up_to))
            elif mark.seq < self.up_to:
                mark.seq = self.up_to
                world[READ_MARKS].touch(mark)
            return
        about = world[POST_READ_MARKS].get((self.agent_id, self.post_id))
        if about is None:
            world[POST_READ_MARKS].add(PostReadMark(self.agent_id, self.post_id, self.up_to))
        elif about.seq < self.up_to:
            about.seq = self.up_to
            world[POST_READ_MARKS].touch(about)
