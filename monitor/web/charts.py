"""Charts as plain values: where each bar stands, what it says, and the same as rows of a table. The templates draw them; it asks nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from monitor.store.views.rows import TallyRow

WIDTH: Final = 1000.0  # of any chart, in its own units
HEIGHT: Final = 100.0
_GAP: Final = 0.2  # of the width of a bar
SEVERITIES: Final = ("critical", "warning", "info")
GRADES: Final = ("major", "minor", "cosmetic", "reverted")
SPANS: Final = ((1, "1 s"), (10, "10 s"), (60, "1 min"), (300, "5 min"), (900, "15 min"), (3_600, "1 h"), (21_600, "6 h"), (86_400, "1 day"))  # fmt: skip


class Bar(NamedTuple):
    """A rectangle; `tone` is its class in the style sheet."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    says: str


class Column(NamedTuple):
    """What a row of the table says: which stretch it is, and its counts by tone."""

    name: str
    at: datetime | None
    counts: Mapping[str, int]
    total: int


class Chart(NamedTuple):
    """Bars, and the columns or rows that they stand for; `most` is the highest total, `total` all of them."""

    bars: list[Bar]
    columns: list[Column]
    tones: tuple[str, ...]
    most: int
    total: int


def over_time(
    rows: Iterable[TallyRow], now: datetime, *, hours: int, stretches: int, tones: tuple[str, ...] = ()
) -> Chart:
    """Counts in stretches of so many hours, the oldest first; `tones` are what is stacked: left out, all is one."""
    counted: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counted[row.age][row.what if row.what in tones else "plain"] += row.count
    ages = range(stretches - 1, -1, -1)
    columns = [Column("", now - timedelta(hours=hours * age), dict(counted[age]), counted[age].total()) for age in ages]
    return _standing(columns, tones or ("plain",))


def of_days(counts: Sequence[int], now: datetime) -> Chart:
    """Counts of days, the oldest first; the last one ends now."""
    last = len(counts) - 1
    columns = [
        Column("", now - timedelta(days=last - day), {"plain": count}, count) for day, count in enumerate(counts)
    ]
    return _standing(columns, ("plain",))


def spread(seconds: Sequence[float]) -> Chart:
    """How many of some lengths of time lie within each span, as columns: the first bound that is not passed."""
    bounds = [bound for bound, _ in SPANS]
    counted = Counter(bisect_left(bounds, length) for length in seconds)
    names = [f"≤ {name}" for _, name in SPANS] + ["more"]
    columns = [Column(name, None, {"plain": counted[at]}, counted[at]) for at, name in enumerate(names)]
    return _standing(columns, ("plain",))


def by_name(rows: Iterable[TallyRow], tones: tuple[str, ...]) -> list[tuple[str, Chart]]:
    """For each name one bar that lies, its parts side by side, on a scale that all share; the names as they come."""
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        counted.setdefault(row.name, Counter())[row.what] += row.count
    most = max((found.total() for found in counted.values()), default=0)
    return [(name, _lying(name, found, tones, most)) for name, found in counted.items()]


def terms(rows: Iterable[TallyRow], now: datetime, *, hours: int, stretches: int, most: int) -> list[tuple[str, Chart]]:
    """For each thing that was found a chart of its own, the most frequent first."""
    counted: defaultdict[str, list[TallyRow]] = defaultdict(list)
    for row in rows:
        counted[row.what].append(row)
    charts = [
        (what, over_time(found, now, hours=hours, stretches=stretches)) for what, found in sorted(counted.items())
    ]
    return sorted(charts, key=lambda chart: -chart[1].total)[:most]


def of_those(seconds: Sequence[float], share: float) -> float | None:
    """The length of time within which such a share of them lies; None where there are none."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def _standing(columns: list[Column], tones: tuple[str, ...]) -> Chart:
    most = max((column.total for column in columns), default=0)
    step = WIDTH / max(1, len(columns))
    bars: list[Bar] = []
    for number, column in enumerate(columns):
        top = HEIGHT
        for tone in tones:
            if count := column.counts.get(tone, 0):
                height = HEIGHT * count / most
                top -= height
                x, width = step * (number + _GAP / 2), step * (1 - _GAP)
                bars.append(_bar(x, top, width, height, tone, column))
    return Chart(bars, columns, tones, most, sum(column.total for column in columns))


def _bar(x: float, y: float, width: float, height: float, tone: str, column: Column) -> Bar:
    """The bar from edge to edge, edges rounded: what was stacked without a gap has none, and nothing sticks out."""
    says = f"{column.counts[tone]}{'' if tone == 'plain' else f' {tone}'}"
    left, top = round(x, 1), round(max(0.0, y), 1)
    return Bar(left, top, round(round(x + width, 1) - left, 1), round(round(y + height, 1) - top, 1), tone, says)


def _lying(name: str, counts: Counter[str], tones: tuple[str, ...], most: int) -> Chart:
    bars: list[Bar] = []
    x = 0.0
    column = Column(name, None, dict(counts), counts.total())
    for tone in tones:
        if count := counts[tone]:
            width = WIDTH * count / most
            bars.append(_bar(x, 0.0, width, HEIGHT, tone, column))
            x += width
    return Chart(bars, [column], tones, most, column.total)
