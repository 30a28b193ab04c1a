"""What is counted by the hour, as statements: alerts of each watchlist, what they found, revisions of each site. Pure, like the projection.

Counts are kept, not made anew for each reader: a chart of a month then reads some thousand small rows, however many articles there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from monitor.core.events import AlertRaised, ArticleRevised
from monitor.core.revision.significance import weighed
from monitor.core.urls import site
from monitor.store.views.statements import Write, tally

LONGEST = 200  # characters of what was found, as it is counted


def raised(event: AlertRaised) -> Iterator[Write]:
    """An alert, and each of the terms that it found: as the entity's name for it, where it is one."""
    yield tally("alert", event.watchlist, event.severity, event.at)
    found = Counter(str(hit.get("term") or "")[:LONGEST] for hit in event.data.get("hits") or ())
    yield from (tally("hit", event.watchlist, term, event.at, count) for term, count in sorted(found.items()) if term)


def revised(event: ArticleRevised) -> Iterator[Write]:
    """A revision of a site's article, and how grave it is."""
    grade = "reverted" if event.reverted_to is not None else event.significance or weighed(event.edits)
    yield tally("revision", site(event.evidence.url), grade, event.at)
