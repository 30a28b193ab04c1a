"""Something served by an event loop of its own, in a thread, for tests that ask it without one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager


@contextmanager
def beside(serve: Callable[[], AbstractAsyncContextManager[str]]) -> Iterator[str]:
    """Serve until the end of the block; gives the address, without a slash at its end."""
    loop, began, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    address = ""

    async def live() -> None:
        nonlocal address
        async with serve() as address:
            began.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(live()))
    thread.start()
    try:
        assert began.wait(30)
        yield address.rstrip("/")
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
