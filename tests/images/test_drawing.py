"""Drawing anew: only pixels come through, and no file can hurt."""

from io import BytesIO
from random import Random

import pytest
from PIL import Image

from moltbook.images import AVATAR, BANNER, NotAnImage, draw
from moltbook.images.drawing import drawn
from tests.images.pictures import HOSTILE, SECRET, SVG, moving, picture, talkative


def seen(made):
    return Image.open(BytesIO(made.body))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_every_taken_format_becomes_webp(kind):
    made = drawn(picture(64, 48, kind), AVATAR)
    again = seen(made)
    assert (again.format, again.size) == ("WEBP", (64, 48))
    red, green, blue = again.convert("RGB").getpixel((30, 20))
    assert red > 180
    assert max(green, blue) < 70


def test_a_large_picture_is_drawn_into_its_frame_and_keeps_its_proportions():
    assert seen(drawn(picture(4000, 2000, "JPEG"), AVATAR)).size == (512, 256)
    assert seen(drawn(picture(3000, 3000), BANNER)).size == (500, 500)
    assert seen(drawn(picture(9000, 1), AVATAR)).size == (512, 1)


def test_what_came_with_the_pixels_stays_behind():
    source = talkative()
    assert SECRET in source
    made = drawn(source, AVATAR)
    assert SECRET not in made.body
    again = seen(made)
    assert not again.getexif()
    assert {"icc_profile", "exif", "xmp", "comment"} & again.info.keys() == set()
    # Its orientation was a quarter turn.
    assert again.size == (40, 80)


def test_what_hides_behind_the_last_pixel_stays_behind():
    assert SVG not in drawn(picture() + SVG, AVATAR).body


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_a_moving_picture_the_first_frame_is_kept(kind):
    again = seen(drawn(moving(kind), AVATAR))
    assert getattr(again, "n_frames", 1) == 1
    red, green, blue = again.convert("RGB").getpixel((20, 20))
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pixels_of_every_kind_are_read(mode):
    out = BytesIO()
    Image.new(mode, (30, 30)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert seen(drawn(out.getvalue(), AVATAR)).size == (30, 30)


def test_what_is_clear_stays_clear():
    out = BytesIO()
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(out, "PNG")
    assert seen(drawn(out.getvalue(), AVATAR)).getpixel((15, 15))[3] == 0


def test_the_same_pixels_have_the_same_hash():
    assert drawn(picture(), AVATAR) == drawn(picture(), AVATAR)
    assert drawn(picture(), AVATAR).hash != drawn(picture(colour=(1, 1, 1)), AVATAR).hash


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_refused(name):
    with pytest.raises(NotAnImage):
        await draw(HOSTILE[name], AVATAR)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_no_broken_file_breaks_anything_else(kind):
    chance = Random(7)
    whole = picture(40, 40, kind)
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            drawn(bytes(broken[: chance.randint(1, len(broken))]), AVATAR)
        except NotAnImage:
            continue
