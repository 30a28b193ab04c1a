"""Every error Monitor raises on purpose, split by what the caller can do about it. It holds no handling.

MonitorError
├── ConfigError            the operator must mend a file: carries every fault at once
├── LogError               the log refuses
│   ├── Conflict           another decision was recorded first: load and decide again
│   ├── Fenced             the lease or claim is somebody else's now: drop the work silently
│   ├── UnknownEvent       written by a newer Monitor: stop loudly
│   ├── Corrupt            a fold, hash or chain does not verify: stop loudly
│   ├── Dropped            it was recorded, and retention has dropped it since
│   └── LogUnavailable     the log cannot be used as it is configured (not: "is down for a moment")
├── ViewsUnavailable       there are no views to read, or none of this version
├── DiskTrouble            the data directory takes nothing just now: it may again, once there is room
├── Transient              the outside failed in a way that may pass: try again later
│   └── Postponed          nothing was asked: it is not the time to ask this host
└── Permanent              the outside refused, and asking again would be refused again
"""

from __future__ import annotations

from dataclasses import dataclass


class MonitorError(Exception):
    """The root of all errors that Monitor raises on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a configuration file.

    `line` and `column` count from 1; both are 0 where the fault has no place in the file.
    """

    file: str
    line: int
    column: int
    key: str
    problem: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.key}: {self.problem}" if self.key else f"{place}: {self.problem}"


class ConfigError(MonitorError):
    """The configuration cannot be used; `faults` lists every reason, in file order."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


class LogError(MonitorError):
    """The log refused."""


class Conflict(LogError):
    """The entity has moved on since it was loaded: load it again and decide again."""

    def __init__(self, entity: str, expected: int, actual: int) -> None:
        self.entity, self.expected, self.actual = entity, expected, actual
        super().__init__(f"{entity}: expected version {expected}, the log is at {actual}")


class Fenced(LogError):
    """The lease or the claim that allowed this write belongs to somebody else now."""


class UnknownEvent(LogError):
    """An event of a type or version that this Monitor does not know."""


class Corrupt(LogError):
    """Stored data does not verify against its own hash."""


class Dropped(LogError):
    """What was asked for was recorded, and dropped by retention (`archive.keep`, `archive.megabytes`)."""


class LogUnavailable(LogError):
    """The log's server cannot be used as configured; the message says what to do."""


class ViewsUnavailable(MonitorError):
    """The views cannot be read or made as they stand; the message says what to do."""


class DiskTrouble(MonitorError):
    """The data directory does not take what must be kept: full, broken or read-only. The message says what, and the system's reason."""


class OutsideError(MonitorError):
    """Something outside failed; `reason` is a short stable word for logs, metrics and events."""

    def __init__(
        self, reason: str, detail: str = "", *, retry_after: float | None = None, status: int | None = None
    ) -> None:
        self.reason, self.detail, self.retry_after, self.status = reason, detail, retry_after, status
        super().__init__(f"{reason}: {detail}" if detail else reason)


class Transient(OutsideError):
    """May pass by itself. `retry_after` is in seconds where the other side asked for a pause."""


class Postponed(Transient):
    """It is not its turn: its host is left alone just now, or others are being read, so that nothing has failed. `retry_after` is never None."""

    retry_after: float

    def __init__(self, pause: float, why: str = "too many wait for this host") -> None:
        super().__init__("postponed", why, retry_after=pause)


class Permanent(OutsideError):
    """Will be refused again until somebody changes something."""
