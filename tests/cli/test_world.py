"""`moltbook world`: what a folder's world is grown from."""

import pytest

from moltbook.cli.growing import OtherWorld, World, finished, planned
from moltbook.kernel.clock import system_clock


def test_a_folder_is_one_world(tmp_path):
    wanted = World("a:b", 10, 20, 1, system_clock())
    assert planned(tmp_path / "w", wanted, None) == wanted
    # The same again ends when the first one did; anything else is refused.
    later = World("a:b", 10, 20, 1, system_clock())
    assert planned(tmp_path / "w", later, None) == wanted
    assert planned(tmp_path / "w", wanted, wanted.ends_at) == wanted
    with pytest.raises(OtherWorld, match="ends at"):
        planned(tmp_path / "w", later, later.ends_at)
    with pytest.raises(OtherWorld, match="10 agents"):
        planned(tmp_path / "w", World("a:b", 11, 20, 1, system_clock()), None)
    (tmp_path / "n" / "pg").mkdir(parents=True)
    with pytest.raises(OtherWorld, match="network"):
        planned(tmp_path / "n", wanted, None)


def test_a_plan_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "world.json").write_bytes(b"junk \xff")
    (tmp_path / "world-figures.json").write_bytes(b"[]")
    with pytest.raises(OtherWorld, match=r"world.json cannot be read"):
        planned(tmp_path, World("a:b", 10, 20, 1, system_clock()), None)
    with pytest.raises(OtherWorld, match=r"world-figures.json cannot be read"):
        finished(tmp_path)
