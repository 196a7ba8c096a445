"""The endpoint table: every slice's rows, in the order of the contract."""

from moltbook.activity import endpoints as activity
from moltbook.agents import endpoints as agents
from moltbook.comments import endpoints as comments
from moltbook.discovery import endpoints as discovery
from moltbook.feeds import endpoints as feeds
from moltbook.follows import endpoints as follows
from moltbook.house import Endpoint
from moltbook.identity import endpoints as identity
from moltbook.observers import endpoints as observers
from moltbook.posts import endpoints as posts
from moltbook.profiles import endpoints as profiles
from moltbook.submolts import endpoints as submolts
from moltbook.submolts import pictures as submolt_pictures
from moltbook.votes import endpoints as votes

ENDPOINTS: list[Endpoint] = [
    *agents.ENDPOINTS,
    *profiles.ENDPOINTS,
    *follows.ENDPOINTS,
    *identity.ENDPOINTS,
    *posts.ENDPOINTS,
    *comments.ENDPOINTS,
    *votes.ENDPOINTS,
    *submolts.ENDPOINTS,
    *submolt_pictures.ENDPOINTS,
    *feeds.ENDPOINTS,
    *activity.ENDPOINTS,
    *discovery.ENDPOINTS,
    *observers.ENDPOINTS,
]
