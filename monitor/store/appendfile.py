"""Repairs the dirty tail that a power cut may leave behind the server's append-only file, and reports what was cut.

The file is a sequence of RESP commands; what a script did stands between MULTI and EXEC. Cut is only what follows the last whole
command outside such a pair, and only where nothing whole stands behind it: damage in the middle is left alone and raised.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from monitor.errors import LogUnavailable

_TRANSACTION = b"*1\r\n$5\r\nMULTI\r\n"
_COUNT = re.compile(rb"\*([0-9]{1,9})\r\n")
_LENGTH = re.compile(rb"\$([0-9]{1,9})\r\n")
_NOTE = re.compile(rb"#[^\r\n]{0,100}\r\n")  # a timestamp annotation


@dataclass(frozen=True, slots=True)
class Loss:
    """What was cut from the end of an append-only file; `kept` is the copy of the cut bytes."""

    file: str
    good_bytes: int
    cut_bytes: int
    kept: str


def repair(folder: Path) -> tuple[Loss, ...]:
    """Cut the dirty tails of the files that the manifest in `folder` names, oldest first.

    A power cut during a rewrite can leave a tail on the older file, too: what was acknowledged had been synced before the
    newer one began. Raises LogUnavailable where whole commands stand behind the damage in one file.
    """
    return tuple(loss for path in _files(folder) if (loss := _repaired(path)))


def _repaired(path: Path) -> Loss | None:
    if path.stat().st_size == 0:
        return None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        good = _good_bytes(content)
        tail = bytes(content[good:])
        if not tail:
            return None
        if content.find(_TRANSACTION, good + 1) >= 0 and not _is_one_cut_transaction(tail):
            raise LogUnavailable(
                f"{path} is damaged at byte {good} of {len(content)}, with whole commands behind it: restore it from a backup"
            )
    return _cut(path, good, tail)


def whole_bytes(descriptor: int) -> int:
    """How many bytes of an open file, from the front, are whole commands and whole transactions."""
    if not os.fstat(descriptor).st_size:
        return 0
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as content:
        return _good_bytes(content)


def _files(folder: Path) -> list[Path]:
    manifests = sorted(folder.glob("*.manifest"))
    if not manifests:
        return []
    names = [line.split()[1] for line in manifests[0].read_text().splitlines() if line.rstrip().endswith("type i")]
    return [folder / name for name in names if (folder / name).exists()]


def _good_bytes(content: mmap.mmap) -> int:
    """How many bytes, from the front, are whole commands and whole transactions."""
    good = place = 0
    inside = False
    while (end := command_end(content, place)) is not None:
        words = content[place : place + len(_TRANSACTION)]
        inside = words == _TRANSACTION or (inside and content[place:end] != b"*1\r\n$4\r\nEXEC\r\n")
        place = end
        if not inside:
            good = place
    return good


def command_end(content: mmap.mmap | bytes, place: int) -> int | None:
    """Where the command (or note) that begins at a place ends; None where nothing whole stands there."""
    if note := _NOTE.match(content, place):
        return note.end()
    count = _COUNT.match(content, place)
    if not count:
        return None
    place = count.end()
    for _ in range(int(count[1])):
        length = _LENGTH.match(content, place)
        if not length:
            return None
        place = length.end() + int(length[1]) + 2
        if content[place - 2 : place] != b"\r\n":
            return None
    return place


def _is_one_cut_transaction(tail: bytes) -> bool:
    return tail.startswith(_TRANSACTION) and tail.find(_TRANSACTION, 1) < 0


def _cut(path: Path, good: int, tail: bytes) -> Loss:
    folder = path.parent.parent  # beside the server's own directory, which is the server's to clear
    kept = folder / f"cut-{path.name}-{good}-{hashlib.sha256(tail).hexdigest()[:8]}.bin"
    loss = Loss(path.name, good, len(tail), kept.name)
    _append(kept, tail)
    _append(folder / "loss-report.jsonl", json.dumps(asdict(loss)).encode() + b"\n")
    with path.open("r+b") as file:
        file.truncate(good)
        os.fsync(file.fileno())
    return loss


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
