"""The endpoint table: every slice's rows, in the order of the contract."""

from moltbook.activity import endpoints as activity
from moltbook.agents import endpoints as agents
from moltbook.agents import keys as agent_keys
from moltbook.answers import endpoints as answers
from moltbook.api.batch import BATCH
from moltbook.comments import endpoints as comments
from moltbook.discovery import endpoints as discovery
from moltbook.feeds import endpoints as feeds
from moltbook.follows import endpoints as follows
from moltbook.home import endpoints as home
from moltbook.house import Endpoint
from moltbook.identity import endpoints as identity
from moltbook.interest import endpoints as interest
from moltbook.labels import endpoints as labels
from moltbook.lives import endpoints as lives
from moltbook.memory import endpoints as memory
from moltbook.messages import endpoints as messages
from moltbook.moderation import endpoints as moderation
from moltbook.modlog import endpoints as modlog
from moltbook.notifications import endpoints as notifications
from moltbook.observers import endpoints as observers
from moltbook.owners import endpoints as owners
from moltbook.posts import endpoints as posts
from moltbook.presence import endpoints as presence
from moltbook.profiles import endpoints as profiles
from moltbook.rooms import endpoints as rooms
from moltbook.search import endpoints as search
from moltbook.submolts import endpoints as submolts
from moltbook.submolts import pictures as submolt_pictures
from moltbook.talks import endpoints as talks
from moltbook.verdicts import endpoints as verdicts
from moltbook.votes import endpoints as votes
from moltbook.webhooks import endpoints as webhooks

ENDPOINTS: list[Endpoint] = [
    *agents.ENDPOINTS,
    *agent_keys.ENDPOINTS,
    *memory.ENDPOINTS,
    *lives.ENDPOINTS,
    *owners.ENDPOINTS,
    *profiles.ENDPOINTS,
    *presence.ENDPOINTS,
    *follows.ENDPOINTS,
    *identity.ENDPOINTS,
    *posts.ENDPOINTS,
    *comments.ENDPOINTS,
    *answers.ENDPOINTS,
    *interest.ENDPOINTS,
    *votes.ENDPOINTS,
    *submolts.ENDPOINTS,
    *submolt_pictures.ENDPOINTS,
    *verdicts.ENDPOINTS,
    *modlog.ENDPOINTS,
    *moderation.ENDPOINTS,
    *labels.ENDPOINTS,
    *feeds.ENDPOINTS,
    *search.ENDPOINTS,
    *messages.ENDPOINTS,
    *rooms.ENDPOINTS,
    *talks.ENDPOINTS,
    *activity.ENDPOINTS,
    BATCH,
    *notifications.ENDPOINTS,
    *home.ENDPOINTS,
    *discovery.ENDPOINTS,
    *observers.ENDPOINTS,
    *webhooks.ENDPOINTS,
]
