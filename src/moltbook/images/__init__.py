"""Images: pictures from strangers, drawn anew before anybody sees them.

In this room: decoding and drawing anew (drawing), where pictures are kept (tables) and under which address (address).
Not here: whose picture may be changed by whom (agents, submolts), answering `/images/…` (web).
"""

from moltbook.images.acts import put_image, take_image
from moltbook.images.address import image_url, is_image_hash, publish_at
from moltbook.images.drawing import AVATAR, BANNER, Frame, NotAnImage, Picture, TooLargeImage, draw
from moltbook.images.model import ImageKind, ImageRow
from moltbook.images.queries import image_by_hash
from moltbook.images.tables import IMAGES

__all__ = [
    "AVATAR",
    "BANNER",
    "IMAGES",
    "Frame",
    "ImageKind",
    "ImageRow",
    "NotAnImage",
    "Picture",
    "TooLargeImage",
    "draw",
    "image_by_hash",
    "image_url",
    "is_image_hash",
    "publish_at",
    "put_image",
    "take_image",
]
