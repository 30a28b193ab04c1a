"""What is answered where aiohttp refuses a request before any handler sees it: our words under our headers, nothing of what was sent.

Every connection is one of these; all else is as aiohttp has it.
"""

from __future__ import annotations

from typing import Any

import structlog
from aiohttp import web

from monitor.web.door import FAILED, HEADERS
from monitor.web.sent import BROKEN

logger = structlog.get_logger()


class Connection(web.RequestHandler):
    """One connection to the page."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """The last answer of a connection. Raises ConnectionError where another one has begun."""
        if status >= 500:
            logger.error("a request failed", path=request.path, exc_info=exc)
        if request.writer.output_size:
            raise ConnectionError("an answer has begun already")
        text = FAILED if status >= 500 else "That is no request that can be read.\n"
        answer = web.Response(status=status, text=text, headers={**HEADERS, "cache-control": "no-store"})
        answer.force_close()
        return answer

    def log_exception(self, *args: Any, **about: Any) -> None:
        """What went wrong beside any handler; a body that cannot be read is no fault of ours."""
        if not isinstance(about.get("exc_info"), BROKEN):
            super().log_exception(*args, **about)
