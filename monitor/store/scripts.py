"""The Lua scripts, each with the shared prelude before it. Holds texts and digests; sends nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Script:
    """A script as the server knows it: by the SHA-1 of its text."""

    name: str
    text: bytes
    sha: str


def _script(name: str) -> Script:
    folder = files("monitor.store") / "lua"
    text = (folder / "prelude.lua").read_bytes() + b"\n" + (folder / f"{name}.lua").read_bytes()
    return Script(name, text, hashlib.sha1(text, usedforsecurity=False).hexdigest())


COMMIT = _script("commit")
CLAIM = _script("claim")
NEXT_DUE = _script("next_due")
RELEASE = _script("release")
LEASE = _script("lease")
LEAVE = _script("leave")
READ = _script("read")
PARK = _script("park")
UNPARK = _script("unpark")
LAG = _script("lag")
REPIN = _script("repin")
MARK = _script("mark")
TRIM = _script("trim")
FLOOR = _script("floor")
REPLAY = _script("replay")

ALL = (COMMIT, CLAIM, NEXT_DUE, RELEASE, LEASE, LEAVE, READ, PARK, UNPARK, LAG, REPIN, MARK, TRIM, FLOOR, REPLAY)
