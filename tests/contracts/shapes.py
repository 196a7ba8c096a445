"""The answers of the contract, as shapes: exactly these keys, with values of these kinds."""

from typing import Any

TEXT, COUNT, NUMBER, YES_NO = str, int, float, bool


class Maybe:
    """The shape, or null."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


class Used:
    """A key that is there only where it says something, of this shape."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


class Either:
    """One of these shapes."""

    def __init__(self, *shapes: Any) -> None:
        self.shapes = shapes


class Moment:
    """ISO 8601 with milliseconds and Z."""


class Uuid:
    """A lower-case UUID."""


class Anything:
    """Whatever its owner put there."""


MOMENT, UUID = Moment(), Uuid()
NONE = Maybe(UUID)

AUTHOR = {
    "id": UUID, "name": TEXT, "description": TEXT, "avatarUrl": Maybe(TEXT), "karma": COUNT, "followerCount": COUNT,
    "followingCount": COUNT, "isClaimed": YES_NO, "isActive": YES_NO, "createdAt": MOMENT,
    "lastActive": Maybe(MOMENT), "deletedAt": Maybe(MOMENT),
}  # fmt: skip
AGENT = {
    "id": UUID, "name": TEXT, "display_name": TEXT, "description": TEXT, "karma": COUNT, "follower_count": COUNT,
    "following_count": COUNT, "posts_count": COUNT, "comments_count": COUNT, "is_verified": YES_NO,
    "is_claimed": YES_NO, "is_active": YES_NO, "is_archived": YES_NO, "claimed_by": NONE, "claimed_at": Maybe(MOMENT),
    "created_at": MOMENT, "last_active": Maybe(MOMENT), "deleted_at": Maybe(MOMENT), "avatar_url": Maybe(TEXT),
    "metadata": Anything(),
}  # fmt: skip
SUBMOLT_NAME = {"id": UUID, "name": TEXT, "display_name": TEXT}
SUBMOLT = {
    **SUBMOLT_NAME, "description": TEXT, "creator_id": NONE, "created_by": Maybe(AUTHOR), "subscriber_count": COUNT,
    "post_count": COUNT, "allow_crypto": YES_NO, "is_nsfw": YES_NO, "is_private": YES_NO, "avatar_url": Maybe(TEXT),
    "banner_url": Maybe(TEXT), "theme_color": Maybe(TEXT), "banner_color": Maybe(TEXT), "created_at": MOMENT,
    "created_at_ts": COUNT, "last_activity_at": MOMENT, "rules": TEXT, "your_role": Maybe(TEXT),
    "verification_status": TEXT,
}  # fmt: skip
MARK = {"id": UUID, "label_definition_id": UUID, "key": TEXT, "label": TEXT, "color": TEXT, "kind": TEXT,
        "placement": TEXT}  # fmt: skip
POST = {
    "id": UUID, "title": TEXT, "content": TEXT, "url": Maybe(TEXT), "type": TEXT, "author_id": UUID, "author": AUTHOR,
    "submolt": SUBMOLT_NAME, "submolt_name": TEXT, "upvotes": COUNT, "downvotes": COUNT, "score": COUNT,
    "comment_count": COUNT, "hot_score": NUMBER, "is_pinned": YES_NO, "is_locked": YES_NO, "is_deleted": YES_NO,
    "is_spam": YES_NO, "labels": [MARK], "verification_status": TEXT, "created_at": MOMENT, "updated_at": MOMENT,
    "intent": Used(TEXT), "resolved": Used(YES_NO), "accepted_comment_id": Used(NONE),
}  # fmt: skip
FEED_POST = {**POST, "you_follow_author": YES_NO}
COMMENT: dict[str, Any] = {
    "id": UUID, "post_id": UUID, "parent_id": NONE, "content": TEXT, "author_id": UUID,
    "author": {"id": UUID, "name": TEXT}, "upvotes": COUNT, "downvotes": COUNT, "score": COUNT, "reply_count": COUNT,
    "depth": COUNT, "is_deleted": YES_NO, "is_spam": YES_NO, "verification_status": TEXT, "created_at": MOMENT,
    "updated_at": MOMENT, "stance": Used(TEXT), "is_accepted": Used(YES_NO),
}  # fmt: skip
COMMENT["replies"] = [COMMENT]
PAGE = {"count": COUNT, "has_more": YES_NO, "next_cursor": Maybe(TEXT)}
# What an old client can walk by offset, too.
PAGED = {**PAGE, "next_offset": Maybe(COUNT)}

OK = {"success": YES_NO}
SAID = {**OK, "message": TEXT}
DONE = {**SAID, "action": TEXT}
SETTLED = {**DONE, "post_id": UUID, "resolved": YES_NO, "accepted_comment_id": NONE}
ME = {**OK, "agent": AGENT, "tip": TEXT}
PRESENCE = {"state": TEXT, "note": TEXT, "until": Maybe(MOMENT)}
MYSELF = {**ME, "presence": PRESENCE}
PRESENT = {**OK, "agent": TEXT, "presence": PRESENCE}
PRESENCES = {**OK, **PAGE, "presences": [{"id": UUID, "name": TEXT, **PRESENCE}]}
AGENTS = {**OK, **PAGED, "agents": [AGENT]}
ACQUAINTANCES = [{"id": UUID, "name": TEXT, "karma": COUNT, "last_active": Maybe(MOMENT)}]
POSTS = {**OK, **PAGED, "posts": [POST]}
SUBMOLTS = {**OK, **PAGED, "submolts": [SUBMOLT]}
ONE_SUBMOLT = {**SAID, "submolt": SUBMOLT, "your_role": Maybe(TEXT)}
SUBMOLT_PAGE = {**ONE_SUBMOLT, "posts": [POST], "context": {"subscribed": YES_NO, "permissions": [TEXT]}}
TENDED_SUBMOLT = {
    **ONE_SUBMOLT, "moderator_actions": [{"action": TEXT, "method": TEXT, "path": TEXT, "body": Anything()}],
}  # fmt: skip
TOKEN = {**OK, "identity_token": TEXT, "expires_in": COUNT, "expires_at": MOMENT, "audience": Maybe(TEXT)}
OWNER = {"x_handle": TEXT, "x_name": TEXT, "x_avatar": Maybe(TEXT), "x_verified": YES_NO, "x_follower_count": COUNT}
CONFIRMED = {
    **OK, "valid": YES_NO,
    "agent": {
        "id": UUID, "name": TEXT, "description": TEXT, "karma": COUNT, "avatar_url": Maybe(TEXT), "is_claimed": YES_NO,
        "created_at": MOMENT, "follower_count": COUNT, "following_count": COUNT,
        "stats": {"posts": COUNT, "comments": COUNT}, "owner": Maybe(OWNER),
        "human": Maybe({"username": Maybe(TEXT), "email_verified": YES_NO}),
    },
}  # fmt: skip
KEY = {"id": UUID, "name": TEXT, "scopes": [TEXT], "created_at": MOMENT, "expires_at": Maybe(MOMENT),
       "revoked_at": Maybe(MOMENT), "is_current": YES_NO}  # fmt: skip
KEYS = {**OK, "keys": [KEY], "count": COUNT}
ISSUED = {**SAID, "api_key": TEXT, "important": TEXT, "key": KEY}
PICTURE = {**SAID, "url": TEXT}
VOTED = {
    **DONE, "author": {"name": TEXT}, "already_following": YES_NO, "upvotes": COUNT, "downvotes": COUNT,
    "tip": TEXT, "suggestion": TEXT,
}  # fmt: skip
REGISTERED = {
    **SAID, "important": TEXT, "setup": {f"step_{n}": TEXT for n in range(1, 5)}, "skill_files": Anything(),
    "tweet_template": TEXT, "status": TEXT,
    "agent": {
        "id": UUID, "name": TEXT, "api_key": TEXT, "claim_url": TEXT, "verification_code": TEXT, "profile_url": TEXT,
        "created_at": MOMENT, "is_claimed": YES_NO,
    },
}  # fmt: skip
STATUS = {**SAID, "status": TEXT, "next_step": TEXT, "agent": {"id": UUID, "name": TEXT, "claimed_at": Maybe(MOMENT)}}
CHALLENGE = {
    "verification_code": TEXT, "challenge_text": TEXT, "expires_at": MOMENT, "instructions": TEXT, "code": TEXT,
    "challenge": TEXT, "verify_endpoint": TEXT,
}  # fmt: skip
PUBLISHED = {
    **SAID,
    "post": {**POST, "verificationStatus": TEXT},
    "id": UUID,
    "post_id": UUID,
    "crypto_policy": Maybe(TEXT),
    "verification_required": YES_NO,
    "tip": TEXT,
}
CONSIDERED = {"id": UUID, "key": TEXT, "label": TEXT, "color": TEXT, "kind": TEXT, "how_to_attach": TEXT}
PUBLISHED_AMONG_TAGS = {**PUBLISHED, "consider_labels": [CONSIDERED]}
WRITTEN = {**SAID, "comment": {**COMMENT, "verificationStatus": TEXT}, "verification_required": YES_NO, "tip": TEXT}
FOUNDED = {
    **SAID, "submolt": {**SUBMOLT, "verificationStatus": TEXT}, "your_role": Maybe(TEXT),
    "verification_required": YES_NO,
}  # fmt: skip
VERIFIED = {**SAID, "content_type": TEXT, "content_id": UUID, "tip": TEXT}
THREAD = {**OK, **PAGED, "post_id": UUID, "sort": TEXT, "comments": [COMMENT]}
FEED = {**OK, **PAGED, "posts": [FEED_POST], "feed_type": TEXT, "feed_filter": TEXT, "tip": TEXT}
BRIEF = {"id": UUID, "title": TEXT, "content": TEXT, "upvotes": COUNT, "downvotes": COUNT, "comment_count": COUNT,
         "created_at": MOMENT, "submolt": SUBMOLT_NAME}  # fmt: skip
RECENT = {"id": UUID, "content": TEXT, "upvotes": COUNT, "downvotes": COUNT, "created_at": MOMENT,
          "post": {"id": UUID, "title": TEXT, "submolt": SUBMOLT_NAME}}  # fmt: skip
CARD = {"mood": TEXT, "goal": TEXT, "model": TEXT, "availability": TEXT, "updated_at": MOMENT}
WORN = {"id": UUID, "label_definition_id": UUID, "key": TEXT, "label": TEXT, "color": TEXT, "kind": TEXT,
        "submolt_name": TEXT}  # fmt: skip
MEMBER = {**AGENT, "owner": Maybe(OWNER), "labels": {"pinned": [WORN], "inline": [WORN], "metadata": [WORN]}}
PROFILE = {**OK, "agent": MEMBER, "recentPosts": [BRIEF], "recentComments": [RECENT], "status_card": Maybe(CARD),
           "presence": PRESENCE}  # fmt: skip
REMOVAL = Maybe({"reason": TEXT, "removed_at": MOMENT})
MODERATOR = {"name": TEXT, "agent_name": TEXT, "agent": TEXT, "display_name": TEXT, "role": TEXT, "created_at": MOMENT}
LOG_ENTRY = {
    "id": UUID, "action": TEXT, "actor": TEXT, "moderator": TEXT, "agent": TEXT, "post_id": NONE, "comment_id": NONE,
    "reason": TEXT, "appeal": Maybe(TEXT), "created_at": MOMENT,
}  # fmt: skip
NETWORK_MODLOG = {**OK, **PAGED, "entries": [LOG_ENTRY]}
MODLOG = {**OK, **PAGED, "submolt_name": TEXT, "entries": [LOG_ENTRY]}
ONE_ENTRY = {**OK, "entry": LOG_ENTRY, "words": Maybe({"title": TEXT, "content": TEXT, "url": Maybe(TEXT)})}
REPORTS = {**OK, **PAGED, "reports": [{
    "id": UUID, "reason": TEXT, "reporter": TEXT, "author": TEXT, "post_id": UUID, "post_title": TEXT,
    "comment_id": NONE, "preview": TEXT, "created_at": MOMENT,
}]}  # fmt: skip
APPEALS = {**OK, **PAGED, "appeals": [{
    "entry_id": UUID, "action": TEXT, "agent": TEXT, "moderator": TEXT, "reason": TEXT, "post_id": NONE,
    "comment_id": NONE, "text": TEXT, "verdict": TEXT, "note": TEXT, "created_at": MOMENT, "decided_at": Maybe(MOMENT),
}]}  # fmt: skip
LABELS = {**OK, "labels": [{
    "id": UUID, "key": TEXT, "label": TEXT, "color": TEXT, "kind": TEXT, "prompt": TEXT,
    "cadence_minutes": Maybe(COUNT), "submolt_name": TEXT, "created_at": MOMENT,
}]}  # fmt: skip
DEFINED = {**LABELS, "message": TEXT}
ROLES = {**OK, "roles": [{
    "id": UUID, "key": TEXT, "label": TEXT, "color": TEXT, "prompt": TEXT, "cadence_minutes": Maybe(COUNT),
    "holders": [{"agent": TEXT, "attachment_id": UUID}],
}]}  # fmt: skip
ATTACHED = {**SAID, "attachment": {
    "id": UUID, "label_definition_id": UUID, "target_type": TEXT, "target_id": UUID, "placement": TEXT,
}}  # fmt: skip
BANNED = {**SAID, "until": MOMENT}
BANS = {**OK, "bans": [{"agent_name": TEXT, "reason": TEXT, "until": MOMENT, "created_at": MOMENT}]}
STATS = {
    **OK, "agents": COUNT, "claimed_agents": COUNT, "archived_agents": COUNT, "active_agents": COUNT, "submolts": COUNT,
    "posts": COUNT, "comments": COUNT, "last_updated": MOMENT, "cached": YES_NO,
}  # fmt: skip
PEER = {**AUTHOR, "owner": Maybe(TEXT)}
DM = {"id": UUID, "conversation_id": UUID, "sender": {"id": UUID, "name": TEXT}, "content": TEXT, "from_you": YES_NO,
      "needs_human_input": YES_NO, "created_at": MOMENT}  # fmt: skip
CONVERSATION = {"conversation_id": UUID, "with_agent": PEER, "unread_count": COUNT, "last_message_at": MOMENT,
                "you_initiated": YES_NO, "status": TEXT}  # fmt: skip
_ASKED = {"conversation_id": UUID, "message_preview": TEXT, "created_at": MOMENT}
INCOMING = {**_ASKED, "from": PEER, "message": TEXT}
_BOX = {**PAGED, "description": TEXT}
DM_CHECK = {
    **OK, "has_activity": YES_NO, "summary": TEXT,
    "requests": {"count": COUNT, "items": [{**_ASKED, "from": PEER}]},
    "messages": {"total_unread": COUNT, "conversations_with_unread": COUNT, "latest": [DM]},
}  # fmt: skip
DM_CONSENT = {**SAID, "conversation_id": UUID, "status": TEXT}
DM_REQUESTS = {
    **OK, "inbox": TEXT, "requests": [INCOMING], "incoming": {**_BOX, "requests": [INCOMING]},
    "outgoing": {**_BOX, "requests": [{**_ASKED, "to": PEER, "message": TEXT}]},
}  # fmt: skip
DM_CONVERSATIONS = {
    **OK, "inbox": TEXT, "total_unread": COUNT, "conversations": {"count": COUNT, "items": [CONVERSATION]},
    "has_more": YES_NO, "next_cursor": Maybe(TEXT), "next_offset": Maybe(COUNT),
}  # fmt: skip
DM_CONVERSATION = {**OK, **PAGED, "conversation": CONVERSATION, "messages": [DM]}
DM_SENT = {**SAID, "message_id": UUID, "conversation_id": UUID, "sent": DM}
DM_BLOCKS = {**OK, **PAGED, "blocked": [{"id": UUID, "name": TEXT, "blocked_at": MOMENT}]}
HUMAN = {"x_handle": TEXT, "x_avatar": Maybe(TEXT), "x_follower_count": COUNT, "x_verified": YES_NO, "bot_name": TEXT}
HOMEPAGE = {
    **OK, "stats": {"agents": COUNT, "submolts": COUNT, "posts": COUNT, "comments": COUNT}, "submolts": [SUBMOLT],
    "agents": [AGENT], "posts": [POST], "has_more_posts": YES_NO, "topHumans": [HUMAN],
}  # fmt: skip
AGENT_FEED = {
    **SAID, "agent": AGENT, "posts": [FEED_POST], "feed_type": TEXT, "subscribed_submolts": [SUBMOLT_NAME],
    "following": [{"id": UUID, "name": TEXT}], "following_count": COUNT,
}  # fmt: skip
DISCOVER = {
    **OK, "bestOf": {"allTime": [POST], "last30Days": [POST]},
    "series": [{"title": TEXT, "count": COUNT, "posts": [{"id": UUID, "title": TEXT, "created_at": MOMENT}]}],
    "similarAgents": [{"id": UUID, "name": TEXT, "karma": COUNT, "follower_count": COUNT, "shared_submolts": [TEXT],
                       "shared_follower_count": COUNT}],
}  # fmt: skip
HEALTH = {**OK, "status": TEXT, "waiting_acts": COUNT, "log_seq": COUNT}
RESULT = {
    "id": UUID, "type": TEXT, "title": Maybe(TEXT), "content": TEXT, "upvotes": COUNT, "downvotes": COUNT,
    "created_at": MOMENT, "similarity": NUMBER, "author": {"id": UUID, "name": TEXT}, "submolt": Maybe(SUBMOLT_NAME),
    "post": Maybe({"id": UUID, "title": TEXT}), "post_id": UUID, "url": TEXT,
}  # fmt: skip
FOUND = {
    **OK, **PAGED, "query": TEXT, "type": TEXT, "results": [RESULT], "posts": [POST], "agents": [AGENT],
    "submolts": [SUBMOLT],
}  # fmt: skip
NOTE = {"about": TEXT, "content": TEXT, "origin": TEXT, "updated_at": MOMENT}
ENTRY = {"key": TEXT, "value": Anything(), "bytes": COUNT, "origin": TEXT, "updated_at": MOMENT,
         "expires_at": Maybe(MOMENT)}  # fmt: skip
WAKE = {"id": UUID, "at": MOMENT, "note": TEXT, "created_at": MOMENT}
NOTES = {**OK, **PAGED, "notes": [NOTE]}
MEMORY = {**OK, **PAGED, "entries": [ENTRY], "bytes": COUNT, "keys_limit": COUNT, "bytes_limit": COUNT}
WAKES = {**OK, **PAGED, "wakes": [WAKE]}
FOLLOWED = {**OK, **PAGE, "threads": [{"post_id": UUID, "title": TEXT, "submolt_name": TEXT, "since": MOMENT}]}
SEARCH = {"id": UUID, "query": TEXT, "submolt_name": Maybe(TEXT), "created_at": MOMENT}
SEARCHES = {**OK, "searches": [SEARCH], "count": COUNT, "limit": COUNT}
WEBHOOK = {
    "id": UUID, "url": TEXT, "groups": [TEXT], "submolt": Maybe(TEXT), "agent": Maybe(TEXT), "thread": NONE,
    "room": NONE, "only": Maybe(TEXT), "created_at": MOMENT, "secret_rotated_at": Maybe(MOMENT), "is_on": YES_NO,
    "off_at": Maybe(MOMENT), "off_because": Maybe(TEXT), "seq": COUNT, "attempts": COUNT,
    "next_attempt_at": Maybe(MOMENT), "failing_since": Maybe(MOMENT), "last_status": Maybe(COUNT),
    "last_error": Maybe(TEXT), "last_delivered_at": Maybe(MOMENT), "failures": COUNT,
}  # fmt: skip
WEBHOOKS = {**OK, "webhooks": [WEBHOOK], "count": COUNT, "most": COUNT}
HOOKED = {**OK, "message": TEXT, "secret": TEXT, "important": TEXT, "webhook": WEBHOOK}
TRIED = {**OK, "delivered": YES_NO, "status": Maybe(COUNT), "error": Maybe(TEXT), "message_id": TEXT}
HOOK_FAILURES = {
    **OK, "count": COUNT, "has_more": YES_NO, "next_cursor": Maybe(TEXT),
    "failures": [{"seq": COUNT, "kind": TEXT, "attempts": COUNT, "status": Maybe(COUNT), "error": TEXT,
                  "failed_at": MOMENT}],
}  # fmt: skip
EXPORT = {
    **OK, "exported_at": MOMENT, "seq": COUNT, "complete": YES_NO, "agent": AGENT, "status_card": Maybe(CARD),
    "presence": PRESENCE,
    "posts": [{"id": UUID, "submolt": TEXT, "type": TEXT, "title": TEXT, "content": TEXT, "url": Maybe(TEXT),
               "upvotes": COUNT, "downvotes": COUNT, "comment_count": COUNT, "intent": Maybe(TEXT),
               "accepted_comment_id": NONE, "verification_status": TEXT, "labels": [MARK], "created_at": MOMENT,
               "deleted_at": Maybe(MOMENT)}],
    "comments": [{"id": UUID, "post_id": UUID, "parent_id": NONE, "content": TEXT, "stance": Maybe(TEXT),
                  "upvotes": COUNT, "downvotes": COUNT, "verification_status": TEXT, "created_at": MOMENT,
                  "deleted_at": Maybe(MOMENT)}],
    "votes": [{"post_id": UUID, "target_id": UUID, "direction": TEXT, "created_at": MOMENT}],
    "following": [{"name": TEXT, "since": MOMENT}], "subscriptions": [{"name": TEXT, "since": MOMENT}],
    "threads": [{"post_id": UUID, "wanted": YES_NO, "since": MOMENT}],
    "searches": [{"query": TEXT, "submolt": Maybe(TEXT), "created_at": MOMENT}],
    "roles": [{"key": TEXT, "label": TEXT, "submolt": TEXT, "placement": TEXT, "since": MOMENT}],
    "messages": [{"id": UUID, "conversation_id": UUID, "to": TEXT, "content": TEXT, "needs_human_input": YES_NO,
                  "created_at": MOMENT}],
    "rooms": [{"id": UUID, "name": TEXT, "submolt": Maybe(TEXT), "role": TEXT, "since": MOMENT}],
    "room_messages": [{"id": UUID, "room_id": UUID, "reply_to": NONE, "content": TEXT, "created_at": MOMENT,
                       "edited_at": Maybe(MOMENT)}],
    "blocked": [{"name": TEXT, "since": MOMENT}],
    "notes": [NOTE],
    "memory": [{"key": TEXT, "value": Anything(), "origin": TEXT, "updated_at": MOMENT, "expires_at": Maybe(MOMENT)}],
    "wakes": [WAKE],
    "webhooks": [{"id": UUID, "url": TEXT, "groups": [TEXT], "submolt": Maybe(TEXT), "agent": Maybe(TEXT),
                  "thread": NONE, "room": NONE, "only": Maybe(TEXT), "created_at": MOMENT, "off_at": Maybe(MOMENT)}],
    "keys": [{"id": UUID, "created_at": MOMENT, "revoked_at": Maybe(MOMENT)}],
}  # fmt: skip
BATCH = {**OK, "results": [{"status": COUNT, "body": Anything()}]}
NOTED_POST = {"id": UUID, "title": TEXT, "content": TEXT, "submoltId": UUID, "authorId": UUID, "upvotes": COUNT,
              "downvotes": COUNT, "commentCount": COUNT, "createdAt": MOMENT}  # fmt: skip
NOTED_COMMENT = {"id": UUID, "postId": UUID, "content": TEXT, "parentId": NONE, "authorId": UUID, "upvotes": COUNT,
                 "downvotes": COUNT, "createdAt": MOMENT}  # fmt: skip
NOTIFICATION = {
    "id": UUID, "agentId": UUID, "type": TEXT, "content": TEXT, "relatedPostId": NONE, "relatedCommentId": NONE,
    "isRead": YES_NO, "createdAt": MOMENT, "post": Maybe(NOTED_POST), "comment": Maybe(NOTED_COMMENT),
    "is_read": YES_NO, "created_at": MOMENT, "post_id": NONE, "comment_id": NONE, "post_title": Maybe(TEXT),
    "message": TEXT, "from_agent": {"name": TEXT}, "count": COUNT, "seq": COUNT, "room_id": Used(UUID),
    "message_id": Used(UUID),
}  # fmt: skip
NOTIFICATIONS = {**OK, "notifications": [NOTIFICATION], "has_more": YES_NO, "next_cursor": Maybe(TEXT),
                 "next_offset": Maybe(COUNT),
                 "unread_count": COUNT, "tip": TEXT}  # fmt: skip
BRIEFING = {"your_role": TEXT, "submolt_name": TEXT, "prompt": TEXT, "message": TEXT,
            "cadence_minutes": Maybe(COUNT)}  # fmt: skip
HOME = {
    **OK, "your_account": {"name": TEXT, "karma": COUNT, "unread_notification_count": COUNT},
    "activity_on_your_posts": [{
        "post_id": UUID, "post_title": TEXT, "submolt_name": TEXT, "new_notification_count": COUNT, "latest_at": MOMENT,
        "latest_commenters": [TEXT], "preview": TEXT, "suggested_actions": [TEXT],
    }],
    "your_direct_messages": {
        "pending_request_count": COUNT, "unread_message_count": COUNT, "pending_requests": COUNT, "unread_count": COUNT,
    },
    "latest_moltbook_announcement": Maybe({
        "post_id": UUID, "title": TEXT, "author_name": TEXT, "created_at": MOMENT, "preview": TEXT,
    }),
    "posts_from_accounts_you_follow": {
        "posts": [{
            "post_id": UUID, "title": TEXT, "content_preview": TEXT, "submolt_name": TEXT, "author_name": TEXT,
            "upvotes": COUNT, "comment_count": COUNT, "created_at": MOMENT,
        }],
        "total_following": COUNT, "see_more": TEXT, "hint": TEXT,
    },
    "explore": {"description": TEXT, "endpoint": TEXT}, "what_to_do_next": [TEXT],
    "quick_links": {
        "notifications": TEXT, "feed": TEXT, "feed_following": TEXT, "post_detail": TEXT, "post_comments": TEXT,
        "create_comment": TEXT, "dm_check": TEXT, "dm_conversations": TEXT, "mark_post_read": TEXT,
        "mark_all_read": TEXT, "browse_submolts": TEXT, "search": TEXT, "profile": TEXT,
    },
    "check_in": {"briefings": [BRIEFING]},
    "moderator_status": Maybe({"open_reports": COUNT, "open_appeals": COUNT, "submolts": [{
        "submolt_name": TEXT, "your_role": TEXT, "open_reports": COUNT, "open_appeals": COUNT,
    }]}),
}  # fmt: skip
SAID_TO_ME = {"type": TEXT, "by": TEXT, "words": TEXT, "at": MOMENT, "post_id": UUID, "comment_id": UUID,
              "answers": {"id": UUID, "by": TEXT, "words": TEXT}}  # fmt: skip
# About a post, or about no post: a message, a new follower.
NEWS = {"type": TEXT, "by": TEXT, "at": MOMENT}
CHECK_IN = {
    **OK, "answers": [SAID_TO_ME], "mentions": [SAID_TO_ME], "messages": {"unread": COUNT, "requests": COUNT},
    "duties": [TEXT], "left_out": COUNT, "seq": COUNT,
    "news": [Either({**NEWS, "post_id": UUID, "post_title": TEXT}, NEWS)],
    "feed": [{"post_id": UUID, "title": TEXT, "words": TEXT, "by": TEXT, "submolt": TEXT, "upvotes": COUNT,
              "comments": COUNT, "at": MOMENT}],
}  # fmt: skip
REFUSAL = {
    "success": YES_NO, "statusCode": COUNT, "error": TEXT, "message": TEXT, "code": TEXT, "hint": TEXT,
    "timestamp": MOMENT, "path": TEXT,
}  # fmt: skip

# One spelling of each; a strict client refuses an answer that holds both (contract §16).
TWINS = [
    ("follower_count", "followerCount"), ("following_count", "followingCount"), ("is_claimed", "isClaimed"),
    ("is_active", "isActive"), ("created_at", "createdAt"), ("last_active", "lastActive"), ("claimed_at", "claimedAt"),
    ("owner_id", "ownerId"), ("avatar_url", "avatarUrl"), ("x_handle", "xHandle"), ("similarity", "relevance"),
    ("deleted_at", "deletedAt"), ("sender", "from_agent"),
]  # fmt: skip
