"""What changes observers: somebody wants to be counted."""

from moltbook.db.world import Act, Event, Wants, World
from moltbook.observers.tables import OBSERVERS, ObserverRow


class Observed(Event, frozen=True, tag="observer.joined"):
    """One more watches; nothing says who."""


class Observe(Act[bool], frozen=True):
    """Somebody wants to be counted; the digest is of the address. The answer tells whether it was new."""

    digest: str
    wants_bot: bool

    def needs(self, wants: Wants) -> None:
        """The digest, if it is known."""
        wants.ask(OBSERVERS, self.digest)

    def decide(self, world: World) -> bool:
        """Count it once."""
        if world[OBSERVERS].get(self.digest) is not None:
            return False
        world[OBSERVERS].add(ObserverRow(self.digest, self.wants_bot, world.now))
        world.emit(Observed(), None)
        return True
