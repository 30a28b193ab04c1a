"""Whether most of the articles' hosts fail just now, so that one that answers "not there" is doubted. It fetches nothing and says nothing.

`core.sight` is the stricter one, which speaks: it calls Monitor blind only while nobody answers at all. A doubt over one absence
needs less, since an answer from a portal or a broken resolver in between is what makes such an absence.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.core.sight import NO_ANSWER

WINDOW = timedelta(minutes=10)
FEWEST_HOSTS = 2
MOST_HOSTS = 10_000
SHARE = 0.75  # of the hosts heard of lately, from which on the trouble is taken to be ours


class Vantage:
    """What the last fetch from each host came to, for a while."""

    def __init__(self) -> None:
        self._heard: dict[str, tuple[datetime, bool]] = {}

    def answered(self, host: str, at: datetime) -> None:
        """A host answered, whatever it said."""
        self._note(host, at, reached=True)

    def failed(self, host: str, reason: str, at: datetime) -> None:
        """A fetch failed. Only reasons that may be our own network's count."""
        if reason in NO_ANSWER:
            self._note(host, at, reached=False)

    def is_blind(self, at: datetime) -> bool:
        """Whether most hosts that were asked lately could not be reached."""
        lately = [reached for when, reached in self._heard.values() if at - when <= WINDOW]
        return len(lately) >= FEWEST_HOSTS and lately.count(False) >= SHARE * len(lately)

    def _note(self, host: str, at: datetime, *, reached: bool) -> None:
        self._heard.pop(host, None)  # the newest stand last
        self._heard[host] = (at, reached)
        while len(self._heard) > MOST_HOSTS:
            del self._heard[next(iter(self._heard))]
