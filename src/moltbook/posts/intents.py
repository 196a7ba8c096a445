"""Which posts are meant when somebody asks for those of one intent: all of them, or questions by whether they are open.

Pure. The lists themselves are in feeds and search.
"""

import msgspec

from moltbook.kernel.errors import Invalid
from moltbook.posts.model import Intent, PostRow


class OfIntent(msgspec.Struct, frozen=True):
    """Posts of one intent; of questions all, or only the resolved or the open ones."""

    intent: Intent
    resolved: bool | None = None

    @property
    def lists(self) -> list[bool]:
        """The lists they stand in: not resolved, resolved, or both. What is no question is never resolved."""
        if self.intent is not Intent.QUESTION:
            return [False]
        return [False, True] if self.resolved is None else [self.resolved]

    def holds(self, post: PostRow) -> bool:
        """Whether this post is meant."""
        return post.intent == self.intent and (post.accepted_id is not None) in self.lists


def of_intent(intent: Intent | None, resolved: bool | None) -> OfIntent | None:
    """What a query means by these two; None where it asks for posts of any intent. `resolved` alone asks for questions.

    Raises: Invalid.
    """
    if intent is None and resolved is None:
        return None
    if resolved is not None and intent not in (None, Intent.QUESTION):
        raise Invalid(
            "resolved is asked of questions only", "Leave resolved out, or ask with intent=question.", field="resolved"
        )
    return OfIntent(intent or Intent.QUESTION, resolved)
