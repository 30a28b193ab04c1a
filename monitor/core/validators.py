"""Whether what a feed or page says of itself with a 304 is believed, and when it is asked for its body all the same. It asks nobody.

A 304 saves a body, and one that hides a change costs articles and edits. So each is asked without validators now and then, and a feed
once when its rhythm says that something should have come. Where it then turns out to have changed, the validators of before are tried: a
304 now is a lie, whatever the reason. Each change that they do not hide is to their credit, and lets the next such question wait longer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from monitor.core import rhythm as rhythms
from monitor.core.rhythm import Rhythm

FEWEST: Final = 16  # answers without a body in a row, of a feed of which nothing is known
MOST: Final = 128  # … of one whose validators have proved good
GOOD: Final = 5  # changes in a row that were not hidden: then they are believed again
PROBATION: Final = timedelta(days=1)  # … at the soonest
LONGEST: Final = timedelta(days=1)  # that a body goes unseen
_MOST_PROVED: Final = 3 * GOOD


class Trust(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the validators of a feed or page are worth.

    `unseen` counts the answers without a body since it was last had, at `had`; `proved` the changes in a row that they did not
    hide, `lies` those that they did, in all.
    """

    unseen: int = 0
    had: datetime | None = None
    proved: int = 0
    lies: int = 0


def may_be_sent(trust: Trust, rhythm: Rhythm, at: datetime) -> bool:
    """Whether a 304 would be believed now."""
    if trust.lies and trust.proved < GOOD:
        return False
    if trust.had is None or at - trust.had >= LONGEST or trust.unseen >= most_unseen(trust):
        return False
    awaited = _awaited(rhythm, at)
    return awaited is None or trust.had >= awaited


def most_unseen(trust: Trust) -> int:
    """How many answers without a body are taken in a row: so many looks are spared for one that is not."""
    return min(FEWEST << (trust.proved // GOOD), MOST)


def unseen(trust: Trust) -> Trust:
    """It answered without a body."""
    return msgspec.structs.replace(trust, unseen=trust.unseen + 1)


def seen(trust: Trust, at: datetime) -> Trust:
    """It answered with its body."""
    return msgspec.structs.replace(trust, unseen=0, had=at)


def proved(trust: Trust) -> Trust:
    """A change was not hidden."""
    return msgspec.structs.replace(trust, proved=min(trust.proved + 1, _MOST_PROVED))


def caught(trust: Trust) -> Trust:
    """A change would have been hidden."""
    return msgspec.structs.replace(trust, proved=0, lies=trust.lies + 1)


def is_redeemed(trust: Trust, lying_since: datetime, at: datetime) -> bool:
    """Whether validators that lied are believed again."""
    return trust.proved >= GOOD and at - lying_since >= PROBATION


def _awaited(rhythm: Rhythm, at: datetime) -> datetime | None:
    """The last moment so far by which something new should have come: by its usual pause, then by the longest that it is allowed."""
    if rhythm.last is None or not rhythm.patience or at - rhythm.last < timedelta(hours=2):
        return None
    usual = rhythm.last + timedelta(hours=1, seconds=rhythms.pauses(rhythm).usual)
    too_long = datetime.fromtimestamp(rhythm.patience * rhythms.HOUR, UTC)
    return max((moment for moment in (usual, too_long) if moment <= at), default=None)
