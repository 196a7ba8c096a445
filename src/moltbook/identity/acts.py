"""What changes applications: the operator adds one, or revokes its key."""

from moltbook.db.world import Act, Wants, World
from moltbook.identity.model import AppAdded, AppRevoked, AppRow
from moltbook.identity.tables import APPS
from moltbook.kernel.errors import NotFound
from moltbook.kernel.text import checked

NAME_CHARS = 100


class AddApp(Act[str], frozen=True):
    """The operator lets an application verify identities; the digest is of the key it is told."""

    name: str
    digest: bytes

    def decide(self, world: World) -> str:
        """Keep it; answers its id.

        Raises: Invalid.
        """
        name = checked("name", self.name, at_least=1, at_most=NAME_CHARS)
        app = AppRow(world.new_id(), name, self.digest, world.now, None)
        world[APPS].add(app)
        world.emit(AppAdded(app.id), None)
        return app.id


class RevokeApp(Act[bool], frozen=True):
    """An application's key counts no longer; the answer tells whether it still did."""

    app_id: str

    def needs(self, wants: Wants) -> None:
        """The application."""
        wants.ask(APPS, self.app_id)

    def decide(self, world: World) -> bool:
        """Mark it.

        Raises: NotFound.
        """
        app = world[APPS].get(self.app_id)
        if app is None:
            raise NotFound("App", "See `moltbook app list`.")
        if app.revoked_at is not None:
            return False
        app.revoked_at = world.now
        world[APPS].touch(app)
        world.emit(AppRevoked(app.id), None)
        return True
