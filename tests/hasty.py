"""An event loop in which waiting costs nothing: where nothing is ready, its clock jumps to the next timer. Sockets are real.

So a test may wait for fifteen seconds, or tell 14.9 from 15.1, in a moment and without a guess: what is on its way is read before the
clock moves. Only for what happens in one process; a server elsewhere would be given no time to answer.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

GRACE = 0.05  # real seconds in which what is on its way, or in a thread, may still come

T = TypeVar("T")


class _Hasty(selectors.DefaultSelector):
    ahead = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= GRACE:
            return super().select(timeout)
        ready = super().select(GRACE)
        if not ready:
            self.ahead += timeout - GRACE
        return ready


class HastyLoop(asyncio.SelectorEventLoop):
    """A loop whose clock is ahead by all that it did not wait for."""

    def __init__(self) -> None:
        self._hasty = _Hasty()
        super().__init__(self._hasty)

    def time(self) -> float:
        """Seconds, as asyncio counts them."""
        return super().time() + self._hasty.ahead


def hastily(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, without the waiting."""
    with asyncio.Runner(loop_factory=HastyLoop) as runner:
        return runner.run(work)
