"""Whom an exchange trusts to vouch for a server: the authorities of this machine, or in their place those that whoever is at work brings along.

It is said for a task and all that it asks for, and no other task sees it. Who trusts none is not here: there is no such setting.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Final

_TRUSTED: Final[ContextVar[ssl.SSLContext | None]] = ContextVar("trusted", default=None)


@contextmanager
def trusting(pem: str | None) -> Iterator[None]:
    """While entered, these certificates (PEM) are trusted and no others; None: those of the machine."""
    token = _TRUSTED.set(None if pem is None else _context(pem))
    try:
        yield
    finally:
        _TRUSTED.reset(token)


def trusted() -> ssl.SSLContext | None:
    """What is trusted here; None: what the machine trusts."""
    return _TRUSTED.get()


@lru_cache(maxsize=64)  # connections are kept by context: the same one for the same certificates
def _context(pem: str) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=pem)
