from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


def _processes() -> Iterator[Path]:
    return (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _says(process: Path, words: str) -> bool:
    """Whether a living process names `words` in its environment, command or working directory."""
    try:
        if ") Z " in (process / "stat").read_text():
            return False
        known = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        return words.encode() in known or words in str((process / "cwd").readlink())
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def _child(process: Path, parent: int, name: str) -> bool:
    try:
        comm, _, rest = (process / "stat").read_text().partition("(")[2].rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return False
    state, ppid = rest.split()[:2]
    return state != "Z" and int(ppid) == parent and comm.startswith(name)


@pytest.fixture
def alive() -> Callable[[Path], list[int]]:
    """The processes that have anything to do with a folder, this one left out."""
    _on_linux()
    me = Path("/proc/self").resolve().name
    return lambda folder: [int(p.name) for p in _processes() if p.name != me and _says(p, str(folder))]


@pytest.fixture
def child() -> Callable[[int, str], int | None]:
    """The child of a process that has a name."""
    _on_linux()
    return lambda parent, name: next((int(p.name) for p in _processes() if _child(p, parent, name)), None)


def _on_linux() -> None:
    if sys.platform != "linux":
        pytest.skip("processes are looked up in /proc, which this system does not have")
