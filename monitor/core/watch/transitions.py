"""What became of one term between two texts: where it stood, and where it stands, compared. No watchlist decides here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from monitor.core.sentences import around
from monitor.core.watch.fold import fold
from monitor.core.watch.reading import Find, Page
from monitor.core.watch.rules import Change

REWORDED = 50.0  # the likeness (0–100) from which two sentences with the same term count as one, reworded
PAIRED = 64  # so many sentences on each side are compared with each other; hostile text must stay cheap
MAX_OCCURRENCES = 1000  # of one term in one text: beyond, a text is not news but noise


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A find in its sentence, which starts `at` that code point of its field."""

    page: Page
    find: Find
    at: int
    sentence: str

    @property
    def marks(self) -> Iterator[tuple[int, int]]:
        """The places of its words in the sentence."""
        for part in self.find.simple:
            if part.field == self.find.field and self.at <= part.start and part.end <= self.at + len(self.sentence):
                yield part.start - self.at, part.end - self.at


def occurrence(page: Page, find: Find) -> Occurrence:
    """A find with the sentence around it."""
    line = page.fields[find.field].line
    end = max(part.end for part in find.simple if part.field == find.field)
    first, last = around(line.text, line.sentences, find.start, end)
    return Occurrence(page, find, first, line.text[first:last])


Finds = Sequence[tuple[Page, Find]]


def compare(before: Page, old: Sequence[Find], after: Page, new: Sequence[Find]) -> Mapping[Change, Finds]:
    """The changes of one term and the finds that show them. A sentence that moved or was reworded is neither added nor removed."""
    if not old or not new:
        gone: Mapping[Change, Finds] = {"disappeared": [(before, find) for find in old]} if old else {}
        return gone or ({"appeared": [(after, find) for find in new]} if new else {})
    stood, stands = _keyed(before, old), _keyed(after, new)
    came, went = _unmatched(stands, stood), _unmatched(stood, stands)
    reworded = _pairs(_distinct(went), _distinct(came))
    added, changed = _parted(came, Counter(new for _, new in reworded))
    removed, _ = _parted(went, Counter(old for old, _ in reworded))
    changes: dict[Change, Finds] = {
        "added": [(after, find) for find in added],
        "removed": [(before, find) for find in removed],
        "changed": [(after, find) for find in changed],
        "moved": list(_moved(before, old, after, new)),
    }
    return {change: finds for change, finds in changes.items() if finds}


_Keyed = list[tuple[str, Find]]


def _keyed(page: Page, finds: Sequence[Find]) -> _Keyed:
    """Each find with its folded sentence: what makes it the same wherever it moves."""
    keys: dict[str, str] = {}
    keyed = []
    for find in finds[:MAX_OCCURRENCES]:
        sentence = occurrence(page, find).sentence
        if sentence not in keys:
            keys[sentence] = fold(sentence)
        keyed.append((keys[sentence], find))
    return keyed


def _unmatched(these: _Keyed, those: _Keyed) -> _Keyed:
    """Those of `these` that have no equal in `those`, each counted as often as it stands."""
    left = Counter(key for key, _ in those)
    unmatched = []
    for key, find in these:
        if left[key]:
            left[key] -= 1
        else:
            unmatched.append((key, find))
    return unmatched


def _distinct(keyed: _Keyed) -> list[str]:
    counts = Counter(key for key, _ in keyed)
    return [key for key, count in counts.items() for _ in range(count)][:PAIRED]


def _pairs(went: Sequence[str], came: Sequence[str]) -> list[tuple[str, str]]:
    """Old and new sentences that are one sentence reworded, the likest first.

    Ties are broken by the two texts in either order, so that comparing backwards finds the same pairs.
    """
    likeness = [(ratio(old, new), i, j) for i, old in enumerate(went) for j, new in enumerate(came)]
    likest = sorted(likeness, key=lambda pair: (-pair[0], sorted((went[pair[1]], came[pair[2]]))))
    free_old, free_new = set(range(len(went))), set(range(len(came)))
    pairs = []
    for like, i, j in likest:
        if like >= REWORDED and i in free_old and j in free_new:
            free_old.discard(i)
            free_new.discard(j)
            pairs.append((went[i], came[j]))
    return pairs


def _parted(keyed: _Keyed, paired: Counter[str]) -> tuple[list[Find], list[Find]]:
    """The finds whose sentences have no counterpart, and those whose have one."""
    left = Counter(paired)
    alone: list[Find] = []
    together: list[Find] = []
    for key, find in keyed:
        (together if left[key] else alone).append(find)
        left[key] -= left[key] > 0
    return alone, together


def _moved(before: Page, old: Sequence[Find], after: Page, new: Sequence[Find]) -> Iterator[tuple[Page, Find]]:
    """The finds in a zone that the term entered, and those in one that it left."""
    left, entered = _zones(before, old), _zones(after, new)
    yield from ((after, find) for zone, find in entered.items() if zone not in left)
    yield from ((before, find) for zone, find in left.items() if zone not in entered)


def _zones(page: Page, finds: Sequence[Find]) -> dict[str, Find]:
    """The zones in which a term stands, each with its first find there: the headline, the lede, direct speech."""
    zones: dict[str, Find] = {}
    for find in finds[:MAX_OCCURRENCES]:
        field = page.fields[find.field]
        if field.zone == "title":
            zones.setdefault("title", find)
        if field.is_lede:
            zones.setdefault("lede", find)
        if field.kind == "quote" or page.quotation(find):
            zones.setdefault("speech", find)
    return zones
