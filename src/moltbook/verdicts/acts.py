"""Closing a challenge: by an answer, right or wrong, or because its time is over."""

from moltbook.agents import AGENTS, ensure_claimed
from moltbook.comments import COMMENTS
from moltbook.comments import publish as publish_comment
from moltbook.comments import put_standing as put_comment
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import NotFound
from moltbook.modlog import BANS, ensure_may_speak
from moltbook.posts import POSTS, Locked
from moltbook.posts import publish as publish_post
from moltbook.posts import put_standing as put_post
from moltbook.submolts import SUBMOLTS
from moltbook.submolts import publish as publish_submolt
from moltbook.submolts import put_standing as put_submolt
from moltbook.verdicts.model import Verdict, Waiting
from moltbook.verdicts.rules import AlreadyAnswered, Expired, UnknownCode
from moltbook.verification import (
    CHALLENGES,
    STANDINGS,
    AgentSuspended,
    ChallengeRow,
    ChallengeState,
    ContentType,
    VerificationClosed,
    VerificationStatus,
    note_miss,
    note_pass,
    standing_of,
)


class CloseChallenge(Act[Verdict], frozen=True):
    """An agent's one attempt at a challenge; without `hundredths` the clock's, which closes only what has expired."""

    waiting: Waiting
    hundredths: int | None = None

    def needs(self, wants: Wants) -> None:
        """The challenge, its agent's standing, and what hangs on it; of who answers, whether it may still speak."""
        w = self.waiting
        if self.hundredths is not None:
            wants.ask(AGENTS, w.agent_id)
            if w.submolt_id is not None:
                wants.ask(BANS, (w.submolt_id, w.agent_id))
        wants.ask(CHALLENGES, (w.agent_id, w.digest))
        wants.ask(STANDINGS, w.agent_id)
        match w.content_type:
            case ContentType.POST:
                wants.ask(POSTS, w.content_id)
                wants.ask(SUBMOLTS, w.submolt_id)
            case ContentType.COMMENT:
                wants.ask(COMMENTS, w.content_id)
                wants.ask(POSTS, w.post_id)
                if w.parent_id is not None:
                    wants.ask(COMMENTS, w.parent_id)
            case ContentType.SUBMOLT:
                wants.ask(SUBMOLTS, w.content_id)

    def decide(self, world: World) -> Verdict:
        """Publish what was answered rightly; what was not stays hidden and counts as a miss.

        A right answer that may not publish any more leaves the challenge open, until then or until it lapses.

        Raises: UnknownCode, AlreadyAnswered, Expired, NotFound, NotClaimed, Banned, Locked.
        """
        w = self.waiting
        challenge = world[CHALLENGES].get((w.agent_id, w.digest))
        if challenge is None:
            raise UnknownCode()
        expired = world.now >= challenge.expires_at
        if self.hundredths is None:
            if challenge.state != ChallengeState.OPEN or not expired:
                return Verdict(ChallengeState.OPEN, w.content_type, w.content_id)
            return self._close(world, challenge, ChallengeState.LAPSED)
        match ChallengeState(challenge.state):
            case ChallengeState.PASSED | ChallengeState.FAILED:
                raise AlreadyAnswered(content_type=w.content_type, content_id=w.content_id)
            case ChallengeState.LAPSED:
                raise Expired(content_type=w.content_type, content_id=w.content_id)
            case ChallengeState.OPEN:
                pass
        if expired:
            return self._close(world, challenge, ChallengeState.LAPSED)
        if self._is_gone(world):
            raise NotFound(w.content_type.capitalize(), "You took it back; there is nothing left to verify.")
        if self.hundredths != challenge.hundredths:
            return self._close(world, challenge, ChallengeState.FAILED)
        self._ensure_may_speak(world)
        return self._close(world, challenge, ChallengeState.PASSED)

    def _ensure_may_speak(self, world: World) -> None:
        """Raises: NotClaimed, Banned, Locked – what writing it now would be refused for."""
        w = self.waiting
        ensure_claimed(world[AGENTS].get(w.agent_id))
        if w.submolt_id is not None:
            ensure_may_speak(world[BANS].get((w.submolt_id, w.agent_id)), world.now)
        if w.content_type is ContentType.COMMENT and world[POSTS].rows[w.post_id].is_locked:
            raise Locked()

    def _close(self, world: World, challenge: ChallengeRow, state: ChallengeState) -> Verdict:
        w = self.waiting
        # Who takes back what it wrote need not answer for it any more.
        counts = not self._is_gone(world)
        challenge.state = state.value
        world[CHALLENGES].touch(challenge)
        standing = standing_of(world, w.agent_id)
        actor = None if self.hundredths is None else w.agent_id
        world.emit(VerificationClosed(w.content_type, w.content_id, state), actor)
        if state is ChallengeState.PASSED:
            challenge.passed_at = world.now
            note_pass(standing)
            self._publish(world)
        else:
            self._mark(world, VerificationStatus.FAILED)
            if counts and note_miss(standing, challenge, world.now) and standing.suspended_until is not None:
                world.emit(AgentSuspended(w.agent_id, standing.offences, standing.suspended_until), None)
        world[STANDINGS].touch(standing)
        return Verdict(state, w.content_type, w.content_id)

    def _is_gone(self, world: World) -> bool:
        w = self.waiting
        match w.content_type:
            case ContentType.POST:
                return world[POSTS].rows[w.content_id].deleted_at is not None
            case ContentType.COMMENT:
                under = world[POSTS].rows[w.post_id]
                return world[COMMENTS].rows[w.content_id].deleted_at is not None or under.deleted_at is not None
            case ContentType.SUBMOLT:
                return False

    def _publish(self, world: World) -> None:
        w = self.waiting
        self._mark(world, VerificationStatus.VERIFIED)
        match w.content_type:
            case ContentType.POST:
                publish_post(world, world[POSTS].rows[w.content_id], world[SUBMOLTS].rows[w.submolt_id].name)
            case ContentType.COMMENT:
                parent = world[COMMENTS].get(w.parent_id)
                publish_comment(world, world[COMMENTS].rows[w.content_id], world[POSTS].rows[w.post_id], parent)
            case ContentType.SUBMOLT:
                publish_submolt(world, world[SUBMOLTS].rows[w.content_id])

    def _mark(self, world: World, status: VerificationStatus) -> None:
        content_id = self.waiting.content_id
        match self.waiting.content_type:
            case ContentType.POST:
                post = world[POSTS].rows[content_id]
                post.verification_status = status.value
                put_post(world, post)
            case ContentType.COMMENT:
                comment = world[COMMENTS].rows[content_id]
                comment.verification_status = status.value
                put_comment(world, comment)
            case ContentType.SUBMOLT:
                submolt = world[SUBMOLTS].rows[content_id]
                submolt.verification_status = status.value
                put_submolt(world, submolt)
