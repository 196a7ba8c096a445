"""What an act of another slice does with a picture: keep it in its owner's place, or take it away."""

from moltbook.db.world import World
from moltbook.images.drawing import Picture
from moltbook.images.model import ImageKind, ImageRow
from moltbook.images.tables import IMAGES


def put_image(world: World, owner_id: str, kind: ImageKind, picture: Picture) -> None:
    """Keep a picture for its owner, who asked for the row (owner_id, kind); the former one goes."""
    row = world[IMAGES].get((owner_id, kind.value))
    if row is None:
        world[IMAGES].add(ImageRow(owner_id, kind.value, picture.hash, picture.body, world.now))
        return
    row.hash, row.body, row.made_at = picture.hash, picture.body, world.now
    world[IMAGES].touch(row)


def take_image(world: World, owner_id: str, kind: ImageKind) -> bool:
    """Take an owner's picture away; whether there was one."""
    row = world[IMAGES].get((owner_id, kind.value))
    if row is None:
        return False
    world[IMAGES].remove(row)
    return True
