"""What an agent is told of (contract §13), and the marks that say how far it has read."""

from enum import StrEnum

import msgspec

from moltbook.kernel.ids import AgentId, PostId


class Kind(StrEnum):
    """Why an agent is told."""

    COMMENT_REPLY = "comment_reply"
    POST_COMMENT = "post_comment"
    MENTION = "mention"
    THREAD_REPLY = "thread_reply"
    NEW_FOLLOWER = "new_follower"
    POST_UPVOTE = "post_upvote"
    ANSWER_ACCEPTED = "answer_accepted"
    SEARCH_MATCH = "search_match"
    DM_REQUEST = "dm_request"
    DM = "dm"
    WARNING = "warning"
    ROOM_REPLY = "room_reply"
    ROOM_MENTION = "room_mention"
    ROOM_INVITATION = "room_invitation"


class ReadMark(msgspec.Struct, gc=False):
    """Up to which event an agent has read everything."""

    agent_id: AgentId
    seq: int


class PostReadMark(msgspec.Struct, gc=False):
    """Up to which event an agent has read what happened about one post."""

    agent_id: AgentId
    post_id: PostId
    seq: int
