"""Logging set-up: one wide line a decision, pretty on a terminal, JSON elsewhere. Holds no logger of its own and writes to stderr only."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


# Without the values of local variables, which hold secrets: an address, a token in a header, what signs.
_tracebacks = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def configure(level: str = "info", form: Literal["auto", "console", "json"] = "auto") -> None:
    """Send all logs, the libraries' too, to stderr. `auto` is `console` on a terminal and `json` elsewhere."""
    pretty = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
        if pretty
        else structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _without_control_characters,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if pretty
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    tail: list[structlog.typing.Processor] = [] if pretty else [_tracebacks]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("apscheduler", "aiohttp.access", "asyncio", "trafilatura", "htmldate"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def _without_control_characters(
    _logger: object, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    # Titles and headers come from outside: none of them may forge a line or repaint a terminal.
    for key, value in line.items():
        if isinstance(value, str) and key != "exception":
            line[key] = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value)
    return line
