"""Pictures to send: honest ones of every format, and hostile ones."""

import struct
import zlib
from io import BytesIO

from PIL import Image

SECRET = b"51.5007 N 0.1246 W, taken by Ada"


def picture(width=64, height=48, kind="PNG", colour=(200, 40, 40), **how):
    """An honest picture."""
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind, **how)
    return out.getvalue()


def moving(kind="GIF"):
    """Three frames: red, green, blue."""
    frames = [Image.new("RGB", (40, 40), colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    out = BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100, loop=0)
    return out.getvalue()


def talkative():
    """A JPEG that carries a place, a name and a comment, lying on its side."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = 6
    return picture(80, 40, "JPEG", exif=exif, comment=SECRET, icc_profile=SECRET)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width, height):
    """A small PNG that says it is huge, with enough zeros behind it to be so."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    zeros = zlib.compress(bytes(min((width // 8 + 1) * height, 120_000_000)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zeros) + chunk(b"IEND", b"")


def long_text():
    """A PNG whose text grows a thousandfold when it is unpacked."""
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(40_000_000), 9))
    whole = picture()
    return whole[:33] + text + whole[33:]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE = {
    "a bomb": bomb(30_000, 30_000),
    "a larger bomb": bomb(2**31 - 1, 2**31 - 1),
    "one pixel wide": bomb(1, 100_000),
    "one pixel high": picture(100_000, 1),
    "text that grows": long_text(),
    "truncated": picture(200, 200, "PNG", colour=(1, 2, 3))[:80],
    "a truncated photograph": picture(200, 200, "JPEG")[:600],
    "a truncated WebP": picture(200, 200, "WEBP", lossless=True)[:40],
    "an SVG": SVG,
    "a page": b"<html><script>alert(1)</script></html>",
    "a BMP": picture(kind="BMP"),
    "a TIFF": picture(kind="TIFF"),
    "an ICO": picture(64, 64, kind="ICO"),
    "a page behind a sign": b"GIF89a" + SVG,
    "a PNG that is a TIFF inside": b"\x89PNG\r\n\x1a\n" + picture(kind="TIFF"),
    "a sound": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40),
    "nothing of a PNG": b"\x89PNG\r\n\x1a\n",
}
