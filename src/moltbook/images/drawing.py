"""Drawing a stranger's picture anew: only its pixels come through, small and as WebP.

The header is read first, and what is too large, too long or of another format is refused before a pixel is decoded.
What is decoded is the first frame, turned upright; names, places, profiles and whatever else came with it stay behind.
Decoding runs in two threads of its own, so neither the event loop nor more than two pictures' memory is ever taken.
"""

import asyncio
import struct
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from io import BytesIO
from types import MappingProxyType

import msgspec
from PIL import Image, ImageOps

from moltbook.kernel.errors import Invalid, Refusal, Unavailable

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
# 16 million pixels are 64 MB while they are decoded; a phone's photograph has 12.
MOST_PIXELS = 16_000_000
LONGEST_SIDE = 10_000
WAITING = 32
_QUALITY = 85
# What Pillow's readers raise when bytes are not what they say. A broken picture is the sender's, never our fault.
_BROKEN = (
    OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, AttributeError, OverflowError,
    MemoryError, struct.error, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
_SIGNS: Mapping[str, bytes] = MappingProxyType(
    {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "GIF": b"GIF8", "WEBP": b"RIFF"}
)


class NotAnImage(Invalid):
    """The bytes are no picture that is taken here."""

    message = "The file is not a JPEG, PNG, GIF or WebP image."
    hint = "Send a whole image in one of these formats."


class TooManyPixels(NotAnImage):
    """Few bytes may say that they are a square mile."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(
            f"The image has {width}×{height} pixels; taken are {LONGEST_SIDE:,} a side and {MOST_PIXELS:,} in all",
            "Send it scaled down.",
        )


class TooLargeImage(Refusal):
    """The file is larger than this use allows."""

    code = "PAYLOAD_TOO_LARGE"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"The image is larger than {limit:,} bytes", "Send a smaller image.")


class Frame(msgspec.Struct, frozen=True):
    """The space a picture is drawn into; it keeps its proportions."""

    width: int
    height: int


AVATAR = Frame(512, 512)
BANNER = Frame(1500, 500)


class Picture(msgspec.Struct, frozen=True):
    """A picture drawn here: WebP, and the hash of its bytes."""

    hash: str
    body: bytes


class _Workshop:
    """Two threads, and how many pictures wait for them."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(2, "images")
        self.waiting = 0


_workshop = _Workshop()


async def draw(data: bytes, frame: Frame) -> Picture:
    """Draw a picture anew, off the event loop.

    Raises: NotAnImage, Unavailable.
    """
    if _workshop.waiting >= WAITING:
        raise Unavailable("Too many images are being drawn.")
    _workshop.waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_workshop.threads, drawn, data, frame)
    finally:
        _workshop.waiting -= 1


def drawn(data: bytes, frame: Frame) -> Picture:
    """Draw a picture anew; takes some milliseconds to some hundred.

    Raises: NotAnImage.
    """
    if not any(data.startswith(sign) for sign in _SIGNS.values()):
        raise NotAnImage()
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
                raise TooManyPixels(width, height)
            # A JPEG can be decoded at a fraction of its size, which costs a fraction of the time and memory.
            picture.draft("RGB", (frame.width * 2, frame.height * 2))
            picture.load()
            upright = ImageOps.exif_transpose(picture)
        upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        upright.thumbnail((frame.width, frame.height), Image.Resampling.LANCZOS)
        # The encoder would carry over what stands in `info`: profiles, places, comments.
        upright.info.clear()
        out = BytesIO()
        upright.save(out, "WEBP", quality=_QUALITY, method=4, exif=b"", icc_profile=b"", xmp=b"")
    except _BROKEN as error:
        raise NotAnImage("The image is broken or not what it says it is.") from error
    body = out.getvalue()
    return Picture(blake2b(body, digest_size=16).hexdigest(), body)
