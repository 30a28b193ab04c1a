"""Group commit: calls that wait at the same moment share one round trip, and so one fsync of the server."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from monitor.errors import LogUnavailable
from monitor.store.connection import Call, Connection
from monitor.store.trouble import Patience, lasting, passes

MOST_CALLS = 256
MOST_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Parcel:
    """A call and whoever waits for its answer."""

    call: Call
    answer: asyncio.Future[Any]


class Courier:
    """Carries calls to the server, many at a time, each until it has a definite answer."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: deque[Parcel] = deque()
        self._aboard: list[Parcel] = []
        self._rounds: asyncio.Task[None] | None = None

    async def send(self, call: Call) -> Any:
        """The answer to a call. Raises LogUnavailable for trouble that does not pass.

        Whoever is cancelled while waiting leaves open whether the call was carried out.
        """
        parcel = Parcel(call, asyncio.get_running_loop().create_future())
        self._waiting.append(parcel)
        if self._rounds is None or self._rounds.done():
            self._rounds = asyncio.create_task(self._make_rounds(), name="group commit")
        return await parcel.answer

    async def close(self) -> None:
        """Stop; calls that still wait are cancelled."""
        if self._rounds and not self._rounds.done():
            self._rounds.cancel()
            await asyncio.gather(self._rounds, return_exceptions=True)
        for parcel in (*self._aboard, *self._waiting):
            parcel.answer.cancel()

    async def _make_rounds(self) -> None:
        with self._connection.outage.patience() as patience:
            while self._load():
                await self._connection.outage.over()
                answers = await self._connection.try_all([parcel.call.words() for parcel in self._aboard])
                await self._hand_over(answers, patience)

    def _load(self) -> bool:
        self._aboard = [parcel for parcel in self._aboard if not parcel.answer.done()]
        size = sum(parcel.call.size for parcel in self._aboard)
        while self._waiting and len(self._aboard) < MOST_CALLS and (size < MOST_BYTES or not self._aboard):
            parcel = self._waiting.popleft()
            if not parcel.answer.done():
                self._aboard.append(parcel)
                size += parcel.call.size
        return bool(self._aboard)

    async def _hand_over(self, answers: list[Any], patience: Patience) -> None:
        trouble = None
        for parcel, answer in zip(self._aboard, answers, strict=True):
            if isinstance(answer, Exception) and passes(answer):
                trouble = answer
            elif not parcel.answer.done():
                _settle(parcel, answer)
        if not trouble:
            patience.healed()
            return
        try:
            await self._connection.recover(trouble, patience)
        except LogUnavailable as error:
            for parcel in self._aboard:
                if not parcel.answer.done():
                    _settle(parcel, error)


def _settle(parcel: Parcel, answer: Any) -> None:
    if isinstance(answer, LogUnavailable):
        parcel.answer.set_exception(answer)
    elif isinstance(answer, Exception):
        parcel.answer.set_exception(lasting(answer))
    else:
        parcel.answer.set_result(answer)
