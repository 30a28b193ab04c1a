"""What a service manager is told (sd_notify(3)), and asked for: readiness, the end, and signs of life. Silent where there is none."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Awaitable, Callable


def tell(state: str) -> None:
    """Say something such as `READY=1` to the service manager."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
        manager.connect("\0" + address[1:] if address.startswith("@") else address)
        manager.send(state.encode())


def reloading() -> None:
    """Say that the configuration is read anew; `READY=1` ends that, whatever came of it (sd_notify(3))."""
    tell(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")


def watchdog() -> dict[str, tuple[float, Callable[[], Awaitable[None]]]]:
    """The tick that keeps systemd's watchdog quiet while the event loop turns, at half the time it allows."""
    allowed = os.environ.get("WATCHDOG_USEC")

    async def alive() -> None:  # the scheduler awaits its ticks
        tell("WATCHDOG=1")

    return {"watchdog": (int(allowed) / 2e6, alive)} if allowed else {}
