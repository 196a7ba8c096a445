"""Acts of those who are not heard otherwise: reports to the moderators, appeals to the owner."""

from moltbook.agents import AGENTS, QUOTAS, ensure_claimed
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.kernel.text import checked
from moltbook.measures import undo, want_standing
from moltbook.moderation.acts import lock, moderator_of, restore, target_of, want_moderator, want_parent, want_target
from moltbook.moderation.model import (
    AppealDecided,
    AppealFiled,
    AppealRow,
    Outcome,
    Place,
    ReportDismissed,
    ReportFiled,
    ReportReason,
    ReportRow,
    Verdict,
)
from moltbook.moderation.rules import (
    AlreadyAppealed,
    AlreadyDecided,
    AlreadyReported,
    NotAppealable,
    NotYours,
    OperatorsDoing,
)
from moltbook.moderation.tables import APPEALS, REPORTS
from moltbook.modlog import BANS, NETWORK, REASON_CHARS, Action, Actor, Hand, LogRow, lift, want_ban, write_down
from moltbook.posts import POST_LOCK, POSTS
from moltbook.submolts import ensure_owns

APPEAL_CHARS = 2000
REDACTED = "[deleted]"
TAKEN = frozenset({Action.REMOVE_POST, Action.REMOVE_COMMENT, Action.LOCK, Action.BAN, Action.RESTRICT, Action.SUSPEND})


class Report(Act[None], frozen=True):
    """An agent asks the moderators to look at a post or comment."""

    reporter: AgentId
    place: Place
    reason: ReportReason

    def needs(self, wants: Wants) -> None:
        """The reporter, its earlier report, and the target."""
        wants.ask(AGENTS, self.reporter)
        want_target(wants, self.place)
        wants.ask(REPORTS, (self.place.post_id, self.place.target_id, self.reporter))

    def decide(self, world: World) -> None:
        """File it; one that was dismissed is opened again.

        Raises: NotClaimed, NotFound, AlreadyReported.
        """
        ensure_claimed(world[AGENTS].get(self.reporter))
        place = self.place
        target = target_of(world, place)
        if target is None or target.deleted_at is not None:
            raise NotFound("Comment" if place.comment_id else "Post")
        report = world[REPORTS].get((place.post_id, place.target_id, self.reporter))
        if report is not None and report.closed_at is None:
            raise AlreadyReported()
        if report is None:
            report = ReportRow(
                place.post_id,
                place.target_id,
                self.reporter,
                world.new_id(),
                place.submolt_id,
                self.reason.value,
                world.now,
                None,
                Outcome.OPEN.value,
            )
            world[REPORTS].add(report)
        else:
            report.reason, report.created_at = self.reason.value, world.now
            report.closed_at, report.outcome = None, Outcome.OPEN.value
            world[REPORTS].touch(report)
        world.emit(
            ReportFiled(report.id, place.submolt_id, place.post_id, place.target_id, self.reporter, self.reason.value),
            self.reporter,
        )


class DismissReport(Act[None], frozen=True):
    """A moderator or the operator (None) looked and saw nothing wrong."""

    moderator: AgentId | None
    report: ReportRow

    def needs(self, wants: Wants) -> None:
        """The moderator and the report as it is now."""
        want_moderator(wants, self.moderator, self.report.submolt_id)
        wants.ask(REPORTS, REPORTS.key_of(self.report))

    def decide(self, world: World) -> None:
        """Close it.

        Raises: NotClaimed, NotModerator, NotFound.
        """
        moderator = moderator_of(world, self.moderator, self.report.submolt_id)
        report = world[REPORTS].get(REPORTS.key_of(self.report))
        if report is None or report.closed_at is not None:
            raise NotFound("Open report")
        report.closed_at, report.outcome = world.now, Outcome.DISMISSED.value
        world[REPORTS].touch(report)
        world.emit(ReportDismissed(report.id, report.submolt_id), moderator.id)


class Appeal(Act[None], frozen=True):
    """The agent whom an entry of the log concerns asks for another look.

    The submolt's owner decides; the operator does where there is none, and about what the operator did.
    """

    agent_id: AgentId
    entry: LogRow
    words: str

    def needs(self, wants: Wants) -> None:
        """The agent and an earlier appeal.

        The quota is asked for its lock: the words of one who leaves are there before it has left, or never.
        """
        wants.ask(AGENTS, self.agent_id)
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(APPEALS, (self.entry.submolt_id, self.entry.id))

    def decide(self, world: World) -> None:
        """File it.

        Raises: NotClaimed, NotYours, NotAppealable, AlreadyAppealed, Invalid.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        entry = self.entry
        if entry.agent_id != self.agent_id:
            raise NotYours()
        if entry.action not in TAKEN:
            raise NotAppealable()
        if world[APPEALS].get((entry.submolt_id, entry.id)) is not None:
            raise AlreadyAppealed()
        words = checked("text", self.words, at_most=APPEAL_CHARS, at_least=1)
        world[APPEALS].add(AppealRow(entry.submolt_id, entry.id, words, world.now, Verdict.OPEN.value, "", None))
        world.emit(AppealFiled(entry.id, entry.submolt_id, self.agent_id), self.agent_id)


class TakeBackAppeal(Act[None], frozen=True):
    """Who leaves takes the words of its appeal along; the appeal and its verdict stay."""

    submolt_id: SubmoltId
    entry_id: str

    def needs(self, wants: Wants) -> None:
        """The appeal."""
        wants.ask(APPEALS, (self.submolt_id, self.entry_id))

    def decide(self, world: World) -> None:
        """Redact it."""
        appeal = world[APPEALS].get((self.submolt_id, self.entry_id))
        if appeal is not None:
            appeal.words = REDACTED
            world[APPEALS].touch(appeal)


class DecideAppeal(Act[None], frozen=True):
    """The owner or the operator (None) looks again; what is granted is undone at once, and nothing else with it."""

    owner: AgentId | None
    entry: LogRow
    verdict: Verdict
    note: str

    def needs(self, wants: Wants) -> None:
        """Owner and appeal, and what the entry took away."""
        entry = self.entry
        want_moderator(wants, self.owner, entry.submolt_id)
        wants.ask(APPEALS, (entry.submolt_id, entry.id))
        place = place_of(entry)
        if place is not None:
            want_target(wants, place)
            if entry.action == Action.LOCK:
                wants.ask(POST_LOCK, place.post_id)
        elif entry.submolt_id == NETWORK:
            want_standing(wants, entry.agent_id)
        else:
            want_ban(wants, entry.submolt_id, entry.agent_id)

    def further(self, wants: Wants, world: World) -> None:
        """What the comment answers."""
        place = place_of(self.entry)
        if place is not None:
            want_parent(wants, world, place)

    def decide(self, world: World) -> None:
        """Write the verdict down, and act on it.

        Raises: NotClaimed, NotOwner, OperatorsDoing, NotFound, AlreadyDecided, Invalid.
        """
        entry = self.entry
        owner = moderator_of(world, self.owner, entry.submolt_id, ensure_owns)
        if self.owner is not None and entry.actor is Actor.OPERATOR:
            raise OperatorsDoing()
        appeal = world[APPEALS].get((entry.submolt_id, entry.id))
        if appeal is None:
            raise NotFound("Appeal")
        if appeal.verdict != Verdict.OPEN:
            raise AlreadyDecided()
        note = checked("note", self.note, at_most=REASON_CHARS)
        appeal.verdict, appeal.note, appeal.decided_at = self.verdict.value, note, world.now
        world[APPEALS].touch(appeal)
        world.emit(AppealDecided(entry.id, entry.submolt_id, entry.agent_id, self.verdict.value), owner.id)
        granted = self.verdict is Verdict.GRANTED
        note = note or f"The appeal was {self.verdict.value}."
        if self.owner is None:
            # What the operator decides is written down even where it changes nothing.
            write_down(
                world,
                Action.GRANT_APPEAL if granted else Action.DENY_APPEAL,
                entry.submolt_id,
                owner,
                (entry.agent_id, entry.agent_name),
                note,
                post_id=entry.post_id,
                comment_id=entry.comment_id,
            )
        if granted:
            self._undo(world, owner, note)

    def _undo(self, world: World, owner: Hand, reason: str) -> None:
        """Give back what the entry took, if it is still taken; what another one took later stays."""
        entry = self.entry
        place = place_of(entry)
        if entry.submolt_id == NETWORK:
            undo(world, entry, reason)
        elif place is None:
            ban = world[BANS].get((entry.submolt_id, entry.agent_id))
            if ban is not None and ban.created_at == entry.at and ban.until > world.now:
                lift(world, ban, owner, entry.agent_name, reason)
        elif entry.action == Action.LOCK:
            post, held = world[POSTS].get(place.post_id), world[POST_LOCK].get(place.post_id)
            if post is not None and held is not None and held.locked_at == entry.at:
                lock(world, owner, place, post, False, reason)
        else:
            target = target_of(world, place)
            if target is not None and target.deleted_at == entry.at:
                restore(world, owner, place, reason)


def place_of(entry: LogRow) -> Place | None:
    """What the entry is about, if that is a post or a comment."""
    return Place(entry.submolt_id, entry.post_id, entry.comment_id) if entry.post_id is not None else None
