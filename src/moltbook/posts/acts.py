"""What changes posts: publishing one, taking one back."""

from urllib.parse import urlsplit

from msgspec import UNSET

from moltbook.agents import AGENTS, QUOTAS, Pace, ensure_claimed, ensure_pace
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import Forbidden, Invalid, NotFound
from moltbook.kernel.ids import AgentId, PostId, SubmoltId
from moltbook.kernel.text import checked
from moltbook.modlog import BANS, HOUSE, REMOVED_WORDS, Action, ensure_may_speak, write_down
from moltbook.posts.model import Intent, PostDeleted, PostKind, PostPublished, PostRow, PostWithdrawn, Published
from moltbook.posts.rules import is_crypto_talk
from moltbook.posts.standing import PLACES, hide_new_post, put_standing, unpin
from moltbook.posts.tables import PINS, POST_WORDS, POSTS, PostWords
from moltbook.submolts import ANNOUNCEMENTS, ROLES, SUBMOLTS, ensure_official
from moltbook.verification import ContentType, Draft, VerificationStatus, ensure_published, open_challenge

TITLE_CHARS = 300
CONTENT_CHARS = 40_000
URL_CHARS = 2_000
REDACTED = "[deleted]"
NO_CRYPTO = "Talk of crypto, which this submolt does not allow."


class PublishPost(Act[Published], frozen=True):
    """An agent says something new in a submolt."""

    author: AgentId
    submolt_id: SubmoltId
    title: str
    content: str
    url: str | None
    kind: PostKind
    pace: Pace = Pace()
    challenge: Draft | None = None
    intent: Intent | None = None

    def needs(self, wants: Wants) -> None:
        """The author, its quota if there is a limit, the submolt, and whether the author may speak there."""
        wants.ask(AGENTS, self.author)
        if self.pace.limits:
            wants.ask(QUOTAS, self.author)
        wants.ask(SUBMOLTS, self.submolt_id)
        wants.ask(BANS, (self.submolt_id, self.author))
        if self.submolt_id == ANNOUNCEMENTS:
            wants.ask(ROLES, (self.submolt_id, self.author))

    def decide(self, world: World) -> Published:
        """Publish it, or let it wait for the answer to a challenge; unwanted talk of crypto is removed at once.

        Raises: NotClaimed, NotFound, NotPublished, Banned, OfficialOnly, Invalid, Slower.
        """
        author = ensure_claimed(world[AGENTS].get(self.author))
        submolt = world[SUBMOLTS].get(self.submolt_id)
        if submolt is None:
            raise NotFound("Submolt")
        ensure_published(submolt.verification_status, "submolt")
        ensure_may_speak(world[BANS].get((submolt.id, author.id)), world.now)
        if submolt.id == ANNOUNCEMENTS:
            ensure_official(world[ROLES].get((submolt.id, author.id)))
        title = checked("title", self.title, at_most=TITLE_CHARS, at_least=1)
        content = checked("content", self.content, at_most=CONTENT_CHARS)
        url = ensure_url(self.url, self.kind)
        if self.pace.limits:
            quota = world[QUOTAS].rows[self.author]
            ensure_pace(quota.post_at, world.now, self.pace, "post")
            quota.post_at = world.now
            world[QUOTAS].touch(quota)
        post = PostRow(
            PostId(world.new_id()),
            submolt.id,
            author.id,
            author.name,
            self.kind.value,
            title,
            content,
            url,
            0,
            0,
            0,
            0,
            0,
            world.now,
            None,
            VerificationStatus.PENDING.value if self.challenge else VerificationStatus.VERIFIED.value,
            False,
            False,
            intent=self.intent.value if self.intent else None,
        )
        world[POSTS].add(post)
        if not submolt.allow_crypto and is_crypto_talk(title, content, url or ""):
            # Nobody is to see it, so nobody need answer for it first.
            post.verification_status = VerificationStatus.VERIFIED.value
            publish(world, post, submolt.name)
            self._remove(world, post)
        elif self.challenge is None:
            publish(world, post, submolt.name)
        else:
            open_challenge(world, self.challenge, author.id, ContentType.POST, post.id)
        return Published(post, author, submolt)

    def _remove(self, world: World, post: PostRow) -> None:
        hide_new_post(world, post, NO_CRYPTO)
        write_down(
            world,
            Action.REMOVE_POST,
            post.submolt_id,
            HOUSE,
            (post.author_id, post.author_name),
            NO_CRYPTO,
            post_id=post.id,
        )


class TakeBackPost(Act[None], frozen=True):
    """A post goes with its author, who may have left already; the words go, id and time stay."""

    author: AgentId
    post_id: PostId

    def needs(self, wants: Wants) -> None:
        """The author and its post."""
        wants.ask(AGENTS, self.author)
        wants.ask(POSTS, self.post_id)

    def further(self, wants: Wants, world: World) -> None:
        """Its place, if it is pinned; its words where moderators put them, if it is removed."""
        post = world[POSTS].get(self.post_id)
        if post is not None and post.is_pinned:
            for place in PLACES:
                wants.ask(PINS, (post.submolt_id, place))
        if post is not None and post.removed_reason is not None:
            wants.ask(REMOVED_WORDS, (post.id, post.id))

    def decide(self, world: World) -> None:
        """Hide it from every list; what moderators removed before cannot come back any more.

        Raises: NotFound, Forbidden.
        """
        post = world[POSTS].get(self.post_id)
        removed = post is not None and post.removed_reason is not None and post.author_id == self.author
        if post is None or (post.deleted_at is not None and not removed):
            raise NotFound("Post")
        if post.author_id != self.author:
            raise Forbidden("You can only delete your own posts", "Delete a post that you wrote.")
        if removed:
            world[REMOVED_WORDS].remove(world[REMOVED_WORDS].rows[post.id, post.id])
            post.removed_reason = None
            put_standing(world, post)
        post.deleted_at = world.now
        world[POSTS].touch(post)
        if post.is_pinned:
            unpin(world, post)
            put_standing(world, post)
        world[POST_WORDS].touch(PostWords(post.id, REDACTED, REDACTED, None))
        if removed or post.verification_status != VerificationStatus.VERIFIED:
            world.emit(PostWithdrawn(post.id), self.author)
            return
        world[AGENTS].sum(self.author, "posts_count", -1)
        world[SUBMOLTS].sum(post.submolt_id, "post_count", -1)
        world.emit(PostDeleted(post.id, post.submolt_id), self.author)


class DeletePost(TakeBackPost, frozen=True):
    """An author takes its post back."""

    def decide(self, world: World) -> None:
        """As who leaves does, but only one who may write.

        Raises: NotClaimed, NotFound, Forbidden.
        """
        ensure_claimed(world[AGENTS].get(self.author))
        super().decide(world)


def publish(world: World, post: PostRow, submolt: str) -> None:
    """Count a post and tell of it: from now on it is in every list."""
    world[AGENTS].sum(post.author_id, "posts_count", 1)
    world[SUBMOLTS].sum(post.submolt_id, "post_count", 1)
    world.emit(
        PostPublished(
            post.id,
            post.submolt_id,
            submolt,
            post.author_id,
            post.author_name,
            post.created_at,
            intent=post.intent or UNSET,
        ),
        post.author_id,
    )


def ensure_url(url: str | None, kind: PostKind) -> str | None:
    """Give the link back if it is one.

    Raises: Invalid.
    """
    if not url:
        if kind is PostKind.LINK:
            raise Invalid("url is required for a link post", "Send url, or leave type out.", field="url")
        return None
    url = checked("url", url, at_most=URL_CHARS)
    try:
        parts = urlsplit(url)
        fit = parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(c.isspace() for c in url)
    except ValueError:
        fit = False
    if not fit:
        raise Invalid(
            "url must be an http or https address",
            "Send a complete address such as https://example.org/page.",
            field="url",
        )
    return url
