"""What processes have open, by kind, and whether there is more and more of it. Reads /proc and closes nothing."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from itertools import combinations
from pathlib import Path

_TCP = {"01": "established", "06": "time-wait", "08": "close-wait", "0A": "listening"}  # proc(5); others by number
_WINDOW = 150.0  # seconds; connections that nobody needs are closed after one minute, so that two windows share no busy moment
_NUMBERS = re.compile(r"\d+")


def opened(process: int) -> Counter[str]:
    """What a process has open, so many of each kind; nothing of one that has just ended."""
    found, sockets = Counter[str](), _sockets(process)
    with suppress(OSError):
        for entry in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                found[_kind(str(entry.readlink()), sockets)] += 1
    return found


def _kind(target: str, sockets: dict[str, str]) -> str:
    """A socket's by its address and state, a file's by its name without numbers, else what the kernel calls it."""
    what, _, inode = target.partition(":[")
    if what == "socket":
        return sockets.get(inode.rstrip("]"), "socket")
    return what if inode else _NUMBERS.sub("#", target.removesuffix(" (deleted)").rpartition("/")[2])


def _sockets(process: int) -> dict[str, str]:
    """The kind of each socket of the machine, by its inode. One of a server's accepted sockets bears the server's name."""
    found: dict[str, str] = {}
    with suppress(OSError):
        for row in _rows(process, "unix"):
            name = _NUMBERS.sub("#", row[7].rpartition("/")[2]) if len(row) > 7 else "unnamed"
            found[row[6]] = f"unix {name}"
        for row in (*_rows(process, "tcp"), *_rows(process, "tcp6")):
            found[row[9]] = f"tcp {_TCP.get(row[3], row[3])}"
    return found


def _rows(process: int, table: str) -> list[list[str]]:
    return [line.split() for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]]


def growth(counts: Sequence[tuple[float, int]]) -> float:
    """How many more a minute: by the median slope (Theil and Sen) of the least that was open in each window of time, in seconds.

    What a busy moment opens is closed again: it moves the mean, and the most, by as much as a leak does in half an hour, but hardly
    the least. A leak moves all of them. One window in which the machine did nothing, or too much, does not move the median.
    """
    windows: dict[int, int] = {}
    for at, count in counts:
        number = -int(
            (counts[-1][0] - at) / _WINDOW
        )  # 0 is the last; the first, which is no whole one, is not looked at
        windows[number] = min(count, windows.get(number, count))
    whole = sorted(windows.items())[1:]
    slopes = [(b - a) / (after - before) for (before, a), (after, b) in combinations(whole, 2)]
    return statistics.median(slopes) * 60 / _WINDOW if slopes else 0.0
