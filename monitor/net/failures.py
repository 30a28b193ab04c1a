"""aiohttp's errors under our names: the one place that knows its tree of exceptions. `client` lists the reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp

from monitor.errors import Permanent, Transient
from monitor.net.guard import Refused

_TOO_LONG = re.compile(r"Got more than|Too many headers")  # aiohttp has a text for it, but no class


@contextmanager
def named() -> Iterator[None]:
    """Give aiohttp's errors our names. The order counts: most of its classes are kinds of others."""
    try:
        yield
    except aiohttp.ServerTimeoutError as error:
        raise Transient("timeout", str(error) or "no connection in time") from error
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError) as error:
        raise Permanent("tls", str(error)) from error
    except aiohttp.ClientConnectorDNSError as error:
        raise Transient("dns", str(error)) from error
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, Refused):
            raise Permanent("forbidden_address", f"{error.host}: {error.os_error}") from error
        raise Transient("connect", str(error)) from error
    except aiohttp.InvalidURL as error:
        raise Permanent("bad_url", "it cannot be asked for") from error
    except aiohttp.ClientPayloadError as error:
        raise Transient("short_body", str(error)) from error
    except aiohttp.ClientResponseError as error:
        raise Permanent("headers" if _TOO_LONG.match(error.message) else "bad_http", error.message[:200]) from error
    except (aiohttp.ClientError, OSError) as error:
        raise Transient("reset", str(error) or type(error).__name__) from error
