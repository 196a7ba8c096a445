"""What waits for an answer, and what became of it."""

import msgspec

from moltbook.kernel.ids import AgentId, CommentId, PostId, SubmoltId
from moltbook.verification import ChallengeState, ContentType


class Waiting(msgspec.Struct, frozen=True):
    """A challenge with what hangs on it; none of this ever changes, so it can be looked up before the act."""

    agent_id: AgentId
    digest: str
    content_type: ContentType
    content_id: str
    # Of a post that waits, or of the post under which a comment waits.
    submolt_id: SubmoltId | None
    # Of a comment that waits.
    post_id: PostId | None
    parent_id: CommentId | None


class Verdict(msgspec.Struct, frozen=True):
    """What an answer, or the want of one, came to; `open` says that there was nothing to do."""

    state: ChallengeState
    content_type: ContentType
    content_id: str
