"""Whether the machine is fit to run Monitor: its data directory, its disk, the limits of its processes. It leaves nothing behind."""

from __future__ import annotations

import os
import resource
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from monitor.errors import DiskTrouble
from monitor.store import durable
from monitor.store.fitness import Finding

_FILES: Final = 1024  # descriptors: connections, files and pipes of a daemon at its default concurrency
_REWRITE: Final = 2  # a server rewrites its file beside the old one
_LEAST: Final = 2**28  # bytes


def survey(data_dir: Path) -> Iterator[Finding]:
    """Look at the machine. Blocks on the disk."""
    yield _limits()
    if not data_dir.exists():
        yield Finding("data directory", "note", f"{data_dir} is not there yet: the first start makes it")
        return
    yield _access(data_dir)
    yield _room(data_dir)


def _limits() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != soft < _FILES:
        fix = f"ulimit -n {_FILES}, or LimitNOFILE=65536 in the unit (the hard limit is {hard})"
        return Finding("open files", "fault", f"a process may open {soft} files; a daemon wants {_FILES}", fix)
    return Finding("open files", "good", f"a process may open {soft} files")


def _access(data_dir: Path) -> Finding:
    about = data_dir.stat()
    if about.st_uid != os.getuid():
        fix = f"run as the owner, or chown -R {os.getuid()} {data_dir}"
        return Finding(
            "data directory", "fault", f"{data_dir} belongs to user {about.st_uid}, this is {os.getuid()}", fix
        )
    if stat.S_IMODE(about.st_mode) & 0o077:
        fix = f"chmod 700 {data_dir}"
        return Finding(
            "data directory", "fault", f"{data_dir} can be read by others (mode {stat.S_IMODE(about.st_mode):o})", fix
        )
    try:
        durable.probe(data_dir)
    except DiskTrouble as error:
        return Finding(
            "data directory", "fault", str(error), f"free space on the disk of {data_dir}, or mount it for writing"
        )
    return Finding("data directory", "good", f"{data_dir} takes writes, and is its owner's alone")


def _room(data_dir: Path) -> Finding:
    appendfile = sum(path.stat().st_size for path in (data_dir / "log").rglob("*.aof"))
    wanted, free = max(_REWRITE * appendfile, _LEAST), shutil.disk_usage(data_dir).free
    said = f"{free >> 20} MiB are free; the log's file has {appendfile >> 20} MiB"
    if free < wanted:
        return Finding(
            "disk",
            "fault",
            said,
            f"free {(wanted - free >> 20) + 1} MiB: the server rewrites its file beside the old one",
        )
    return Finding("disk", "good", said)
