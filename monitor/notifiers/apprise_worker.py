"""The worker of one Apprise channel: a process that reads tasks as lines of JSON, sends each with Apprise, and answers with a line.

It ends when nobody holds its input any more, or when one task takes too long. Connections to addresses that Monitor must
not reach are refused when they are made. What Apprise logs may hold secrets: nothing of it but a status leaves this process.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
from ipaddress import ip_address
from typing import Any

import msgspec

from monitor.core.addresses import PRIVATE, refusal

_STATUS = re.compile(r"error=(\d{3})\b")
_GRACE = 5  # seconds that the other side gets to kill this process before it ends itself


class Task(msgspec.Struct, frozen=True):
    """One message to send; `seconds` is the time it may take."""

    url: str
    title: str
    text: str
    grave: str
    allow_private: bool
    seconds: float


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of it: whether Apprise handed it over, else a stable word, and an HTTP status where there was one."""

    accepted: bool = False
    reason: str = ""
    status: int | None = None


class Guard:
    """Judges every address that this process dials, as an audit hook (PEP 578)."""

    def __init__(self) -> None:
        self.allow_private = False
        self.refused = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Refuse a connection, or a datagram, to where Monitor must not go. Raises PermissionError."""
        if event not in {"socket.connect", "socket.sendto"} or not self._is_forbidden(arguments[1]):
            return
        self.refused = True
        raise PermissionError("the address is forbidden")

    def _is_forbidden(self, address: object) -> bool:
        if not isinstance(address, tuple):
            return True  # a unix socket
        try:
            return bool(refusal(ip_address(str(address[0])), PRIVATE if self.allow_private else ()))
        except ValueError:
            return True  # a name, which somebody else would look up


class Statuses(logging.Handler):
    """Hears what Apprise logs, and keeps the last HTTP status of it."""

    def __init__(self) -> None:
        super().__init__()
        self.last: int | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a number, never a text."""
        if found := _STATUS.search(record.getMessage()):
            self.last = int(found[1])


def send(task: Task, guard: Guard, statuses: Statuses) -> Answer:
    """Send one message with Apprise."""
    from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType  # a third of a second, and never in the daemon

    guard.allow_private, guard.refused, statuses.last = task.allow_private, False, None
    service = Apprise(asset=AppriseAsset(secure_logging=True, async_mode=False))
    if not service.add(task.url):
        return Answer(reason="unknown_service")
    kinds = {"critical": NotifyType.FAILURE, "warning": NotifyType.WARNING}
    kind = kinds.get(task.grave, NotifyType.INFO)
    if service.notify(body=task.text, title=task.title, notify_type=kind, body_format=NotifyFormat.TEXT):
        return Answer(accepted=True)
    return Answer(reason="forbidden_address" if guard.refused else "not_accepted", status=statuses.last)


def main() -> None:
    """Answer tasks until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which drains
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a plug-in prints is no answer
    guard, statuses = Guard(), Statuses()
    sys.addaudithook(guard)
    logging.getLogger("apprise").addHandler(statuses)
    logging.getLogger("apprise").propagate = False
    for line in sys.stdin.buffer:
        task = msgspec.json.decode(line, type=Task)
        signal.alarm(int(task.seconds) + _GRACE)
        try:
            answer = send(task, guard, statuses)
        except Exception:  # noqa: BLE001 - whatever a plug-in raises may quote the URL
            answer = Answer(reason="crashed")
        signal.alarm(0)
        answers.write(msgspec.json.encode(answer) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
