"""The address guard: every address is judged when a name is resolved, and again when its socket is made.

The second look is the one that counts: it sees what is dialled, whoever resolved it. `target` has judged the spelling. What a name led to is
remembered for a moment, so that who waits for a turn at its addresses then dials these.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.core.addresses import Address, Network, read_literal, refusal
from monitor.errors import Permanent, Transient

DNS_SECONDS = 5.0
REMEMBERED = 10.0  # seconds, as aiohttp does
_MOST_NAMES = 10_000
MAX_ADDRESSES = 8
_DNS_THREADS = 16
_NO_SUCH_HOST = {socket.EAI_NONAME, socket.EAI_NODATA}  # the resolver knows that there is none; all else may pass


class Refused(OSError):
    """The socket layer's word for a forbidden address: the connector carries an OSError through unharmed."""


class Guard(AbstractResolver):
    """Resolves names and makes sockets, for allowed addresses only."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = tuple(allowed)
        self._threads = ThreadPoolExecutor(_DNS_THREADS, "dns")
        self._known: dict[tuple[str, int], tuple[float, list[Address]]] = {}  # the latest asked for last

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Up to eight addresses of a name, as the connector wants them. Raises as `addresses`."""
        return [_result(host, port, address) for address in await self.addresses(host, family)]

    async def addresses(self, host: str, family: int = socket.AF_UNSPEC) -> list[Address]:
        """Up to eight addresses of a name, or the one that it spells.

        Raises Transient(`dns`, `no_such_host`), or Permanent(`forbidden_address`) where a public name also has a forbidden address:
        half of a trap is a trap.
        """
        if (literal := read_literal(host)) is not None:
            return self._fit(host, [literal])
        now, known = asyncio.get_running_loop().time(), self._known.get((host, family))
        if known and known[0] > now:
            return known[1]
        found = self._fit(host, await self._look_up(host, family))[:MAX_ADDRESSES]
        self._known.pop((host, family), None)
        self._known[host, family] = (now + REMEMBERED, found)
        if len(self._known) > _MOST_NAMES:
            del self._known[next(iter(self._known))]
        return found

    def forget(self) -> None:
        """Look every name up anew."""
        self._known.clear()

    def make_socket(self, info: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        """A socket for the address that is about to be dialled. Raises Refused."""
        family, kind, protocol, _, address = info
        if family not in {socket.AF_INET, socket.AF_INET6} or refusal(ip_address(str(address[0])), self._allowed):
            raise Refused("the address is forbidden")
        return socket.socket(family, kind, protocol)

    async def close(self) -> None:
        """Forget the look-ups that still wait."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _look_up(self, host: str, family: int) -> list[Address]:
        loop = asyncio.get_running_loop()
        ask = loop.run_in_executor(self._threads, _ask_resolver, host, family)
        try:
            async with asyncio.timeout(DNS_SECONDS):
                return await ask
        except TimeoutError as error:
            raise Transient("dns", f"{host}: no answer within {DNS_SECONDS:g} s") from error
        except (OSError, UnicodeError) as error:
            missing = isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_HOST
            raise Transient("no_such_host" if missing else "dns", f"{host}: {error}") from error

    def _fit(self, host: str, addresses: Sequence[Address]) -> list[Address]:
        fit = [address for address in addresses if not refusal(address, self._allowed)]
        unfit = [address for address in addresses if refusal(address, self._allowed)]
        if unfit and (not fit or any(not refusal(address) for address in fit)):
            raise Permanent("forbidden_address", f"{host}: {refusal(unfit[0], self._allowed)}")
        return fit


def _ask_resolver(host: str, family: int) -> list[Address]:
    answers = socket.getaddrinfo(host, None, family, socket.SOCK_STREAM)
    return [ip_address(str(answer[4][0])) for answer in answers]


def _result(host: str, port: int, address: Address) -> ResolveResult:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    return ResolveResult(
        hostname=host, host=str(address), port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )
