"""The grammar of five-field cron strings. It knows no time zone and no next run: that is the scheduler's business.

Fields: minute, hour, day of the month, month, day of the week; each `*`, a number, a range `a-b`, a step `*/n` or `a-b/n`,
or a comma list of these; months and week days by number or by three English letters. Sunday is 0 and 7, as in crontab(5).
"""

from __future__ import annotations

import re
from typing import NamedTuple

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST = dict.fromkeys((4, 6, 9, 11), 30) | {2: 29}
_TERM = re.compile(r"(?:(\*)|([0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?)(?:/([0-9]{1,2}))?")


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    names: dict[str, int]


_FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of the month", 1, 31, {}),
    _Field("month", 1, 12, {name: number for number, name in enumerate(MONTHS, 1)}),
    _Field("day of the week", 0, 7, {name: number for number, name in enumerate(DAYS)}),
)


class BadCron(ValueError):
    """The string is no cron expression; the message says what was expected."""


def canonical(text: str) -> str:
    """The same expression with the days of the week as `*` or a list of English names.

    Names, since APScheduler counts week days from Monday = 0 and crontab(5) from Sunday = 0: a number would fire on another day.
    Raises BadCron.
    """
    fields = text.lower().split()
    if len(fields) != len(_FIELDS):
        raise BadCron("5 fields: minute, hour, day of the month, month, day of the week")
    _, _, day, month, weekday = (_values(part, field) for part, field in zip(fields, _FIELDS, strict=True))
    _check_days(day, month, weekday)
    return " ".join((*fields[:4], _listed_days(weekday)))


def _values(text: str, field: _Field) -> set[int]:
    return set().union(*(_term(term, field) for term in text.split(",")))


def _term(text: str, field: _Field) -> range:
    found = _TERM.fullmatch(text)
    if not found:
        raise BadCron(f"{field.name} as *, a number, a range or a step")
    star, first, last, step = found.groups()
    if step and not (star or last):
        raise BadCron(f"{field.name} with a step after * or a range")
    low = field.low if star else _number(first, field)
    high = _highest(field) if star else _number(last or first, field)
    if low > high:
        raise BadCron(f"{field.name} with a range that rises")
    if step and not 1 <= int(step) <= high - low:
        raise BadCron(f"{field.name} with a step from 1 to {high - low}")
    return range(low, high + 1, int(step or 1))


def _number(text: str, field: _Field) -> int:
    number = field.names.get(text, int(text) if text.isdigit() else -1)
    if not field.low <= number <= field.high:
        raise BadCron(f"{field.name} from {field.low} to {field.high}")
    return number


def _highest(field: _Field) -> int:
    return 6 if field.high == 7 else field.high  # 7 is a second name of Sunday, not a day after Saturday


def _check_days(day: set[int], month: set[int], weekday: set[int]) -> None:
    if len(day) < 31 and len({number % 7 for number in weekday}) < 7:
        raise BadCron("a day of the month or a day of the week, not both (crons differ on what both mean)")
    if min(day) > max(_LONGEST.get(number, 31) for number in month):
        raise BadCron("a day that its month has")


def _listed_days(values: set[int]) -> str:
    days = sorted({value % 7 for value in values})
    return "*" if len(days) == 7 else ",".join(DAYS[day] for day in days)
