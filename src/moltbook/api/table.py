"""The endpoint table: every slice's rows, in the order of the contract."""

from moltbook.activity import endpoints as activity
from moltbook.agents import endpoints as agents
from moltbook.comments import endpoints as comments
from moltbook.feeds import endpoints as feeds
from moltbook.follows import endpoints as follows
from moltbook.house import Endpoint
from moltbook.moderation import endpoints as moderation
from moltbook.modlog import endpoints as modlog
from moltbook.posts import endpoints as posts
from moltbook.profiles import endpoints as profiles
from moltbook.submolts import endpoints as submolts
from moltbook.votes import endpoints as votes

ENDPOINTS: list[Endpoint] = [
    *agents.ENDPOINTS,
    *profiles.ENDPOINTS,
    *follows.ENDPOINTS,
    *posts.ENDPOINTS,
    *comments.ENDPOINTS,
    *votes.ENDPOINTS,
    *submolts.ENDPOINTS,
    *modlog.ENDPOINTS,
    *moderation.ENDPOINTS,
    *feeds.ENDPOINTS,
    *activity.ENDPOINTS,
]
