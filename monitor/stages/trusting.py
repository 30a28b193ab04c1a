"""Work on timers for sources that bring their own authorities along: as any other, but for whom the net trusts meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from monitor.net.trust import trusting
from monitor.ports import Claim
from monitor.stages import jobs

Work = Callable[[Claim], Awaitable[None]]


class Trusting:
    """Works as another does, each claim with the certificates (PEM) of its source."""

    def __init__(self, work: Work, certificates: Mapping[str, str], source_of: Callable[[Claim], str]) -> None:
        self._work, self._certificates, self._source_of = work, certificates, source_of

    async def __call__(self, claim: Claim) -> None:
        """Work on a claim. Raises as the work does."""
        with trusting(self._certificates.get(self._source_of(claim))):
            await self._work(claim)


def feed_of(claim: Claim) -> str:
    """Which feed a claim of `poll` is for."""
    return claim.member


def source_of(claim: Claim) -> str:
    """On whose behalf a claim of `fetch` reads an article; empty where nobody's configuration says so."""
    return jobs.decode(claim.payload).source if claim.payload else ""
