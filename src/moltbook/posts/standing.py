"""What others decide about a post's row: whether it may be shown.

In this room: the change to this slice's rows. Not here: who decides it (verdicts).
"""

from moltbook.db.world import World
from moltbook.posts.model import PostRow
from moltbook.posts.tables import POST_STANDING, PostStanding


def put_standing(world: World, post: PostRow) -> None:
    """Write down what the row says about being shown."""
    world[POST_STANDING].touch(PostStanding(post.id, post.verification_status))
