"""The command line of Monitor in a hurry; the first argument says with what, separated by commas.

`leases` last three seconds and claims six: what a killed daemon held is free before long. With `retention` a week is over in three
seconds, and a megabyte is twenty kilobytes: what was archived is dropped all the time, and the views are made again without it. But
nothing is dropped that was recorded after the moment that the file $SEEN says, in seconds: so far the account has read.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from monitor.store import leases

HURRIED = set(sys.argv.pop(1).split(","))
WEEK = 3.0  # seconds
SHRUNK = 50  # times
if "leases" in HURRIED:
    leases.TTL = 3.0  # before anybody takes it for a default

from monitor import loops  # noqa: E402
from monitor.cli import main  # noqa: E402
from monitor.config import Config  # noqa: E402
from monitor.ports import Keep  # noqa: E402
from monitor.stages import archive  # noqa: E402


class Watched(Keep):
    """Lets nothing go that the account has not seen."""

    def lets_go(self, age: float, size: int) -> bool:
        seen = Path(os.environ["SEEN"])
        return super().lets_go(age, size) and seen.exists() and time.time() - age < float(seen.read_text())


if "leases" in HURRIED:
    loops.POLL_LEASE = loops.FETCH_LEASE = loops.DELIVER_LEASE = loops.POLICY_LEASE = 6.0

if "retention" in HURRIED:
    keeping_of, of_a_week = loops.keeping_of, WEEK / archive.FRESH
    archive.PAUSE = archive.FIRST_LOOK = archive.LOOK = 0.3
    loops.RENEWAL = 2.0

    def in_a_hurry(config: Config) -> Keep | None:
        keep = keeping_of(config)
        if keep is None:
            return None
        age, size = keep.age and keep.age * of_a_week, keep.size and keep.size // SHRUNK
        return Watched(age, size, fresh=keep.fresh * of_a_week)

    loops.keeping_of = in_a_hurry

if __name__ == "__main__":
    main()
