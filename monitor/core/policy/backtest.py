"""What rules would have raised, held against what was raised: alert by alert, counted by watchlist. It reads no log and judges nothing.

Both sides may say `alert`, or that one was recorded and told nobody (`backlog`, `template`), or nothing. What became of an alert
afterwards — routes, groups, silences — is not compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

import msgspec

from monitor.core.events import AlertRaised

Standing = Literal["alert", "backlog", "template", ""]
Kind = Literal["both", "only_would", "only_did", "quiet"]

MOST: Final = 100_000  # differences that are kept with all that is to be said of them; all are counted


class Compared(msgspec.Struct, frozen=True):
    """One alert, as it would be now and as it was. `reason` is the first one why it would not be raised any more."""

    kind: Kind
    at: datetime
    watchlist: str
    article: str
    revision: int
    alert: str
    would: Standing
    did: Standing
    url: str = ""
    summary: str = ""
    reason: str = ""


class Totals(msgspec.Struct):
    """The counts of one watchlist."""

    both: int = 0
    only_would: int = 0
    only_did: int = 0
    quiet: int = 0


def standing(alert: AlertRaised) -> Standing:
    """What a raised alert amounts to before policy has seen it."""
    return "backlog" if alert.backlog else "template" if alert.template else "alert"


def kind(would: Standing, did: Standing) -> Kind:
    """What the two sides come to."""
    if "alert" not in {would, did}:
        return "quiet"
    return "both" if would == did else "only_would" if would == "alert" else "only_did"


class Ledger:
    """Takes the alerts of both sides in the order of the log, where one that was raised stands behind the one that would be.

    Of each alert it keeps a line, not its payload; beyond `most` lines, only what counting needs.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._waiting: dict[str, Compared] = {}
        self._reasons: Counter[tuple[str, str]] = Counter()
        self.totals: defaultdict[str, Totals] = defaultdict(Totals)
        self.rows: list[Compared] = []
        self.omitted = 0

    def would(self, alert: AlertRaised) -> None:
        """One that would be raised."""
        full = len(self._waiting) < self._most
        self._waiting[alert.alert] = _line(alert, would=standing(alert)) if full else _bare(alert, standing(alert))

    def expects(self, alert: AlertRaised) -> bool:
        """Whether one that was raised would be."""
        return alert.alert in self._waiting

    def did(self, alert: AlertRaised, reason: str = "") -> None:
        """One that was raised; with the reason, where it would not be any more."""
        expected = self._waiting.pop(alert.alert, None)
        would, did = expected.would if expected else "", standing(alert)
        if not reason and would != did:
            reason = _QUIET.get(would, "")
        self._enter(_line(alert, would=would, did=did, reason=reason))

    def close(self) -> None:
        """There is no more to come: what still waits was never raised."""
        for line in self._waiting.values():
            self._enter(line)
        self._waiting.clear()
        self.rows.sort(key=lambda row: (row.at, row.watchlist, row.alert))

    def reasons(self, watchlist: str) -> list[tuple[str, int]]:
        """Why alerts of a watchlist would not be raised any more, the most frequent reason first."""
        return [(reason, count) for (name, reason), count in self._reasons.most_common() if name == watchlist]

    def of(self, *kinds: Kind) -> Iterator[Compared]:
        """The alerts of some kinds, in the order of time."""
        return (row for row in self.rows if row.kind in kinds)

    def _enter(self, line: Compared) -> None:
        totals = self.totals[line.watchlist]
        setattr(totals, line.kind, getattr(totals, line.kind) + 1)
        known = (line.watchlist, line.reason)
        if line.kind == "only_did" and (known in self._reasons or len(self._reasons) < self._most):
            self._reasons[known] += 1
        if len(self.rows) < self._most:
            self.rows.append(line)
        else:
            self.omitted += 1


_QUIET: Final = {"backlog": "it would be backlog", "template": "the edit would be the site's template's"}


def _line(alert: AlertRaised, would: Standing = "", did: Standing = "", reason: str = "") -> Compared:
    return msgspec.structs.replace(
        _bare(alert, would, did),
        url=str((alert.data.get("article") or {}).get("url") or ""),
        summary=str(alert.data.get("summary") or ", ".join(alert.changes)),
        reason=reason,
    )


def _bare(alert: AlertRaised, would: Standing = "", did: Standing = "") -> Compared:
    """A line without its words."""
    return Compared(
        kind=kind(would, did),
        at=alert.at,
        watchlist=alert.watchlist,
        article=alert.article,
        revision=alert.revision,
        alert=alert.alert,
        would=would,
        did=did,
    )
