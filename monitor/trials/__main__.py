"""The process in which a query is tried: an errand on standard input, the outcome on standard output. It gives way to whoever else wants to work."""

from __future__ import annotations

import os
import resource
import sys
from typing import Final

import msgspec

from monitor.trials.running import run
from monitor.trials.values import LARGEST, Errand

CPU_SECONDS: Final = 20
MEMORY_BYTES: Final = 1 << 30


def main() -> None:
    """Do one errand."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    errand = msgspec.json.decode(sys.stdin.buffer.read(LARGEST), type=Errand)
    sys.stdout.buffer.write(msgspec.json.encode(run(errand)))


if __name__ == "__main__":
    main()
