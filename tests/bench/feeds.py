"""What Monitor makes of feeds beside what their readers' makers say of them: feedparser's suite and gofeed's pairs, agreements a field.

    .venv/bin/python tests/bench/feeds.py

Of feedparser's suite those files count where feedparser's own answer is what the suite expects. Values that neither side has agree too.
Differences are printed with the reasons that tests/sources/differences.toml gives.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import feedsuites
from feedsuites import Comparison


def table(said: Comparison, suite: str) -> None:
    reasons = feedsuites.deliberate(suite)
    print(f"\n{suite}: {said.documents} documents\n")
    print("| field | agree | differ | of them with a reason |")
    print("|---|---|---|---|")
    for name in dict.fromkeys([*said.agree, *(name for _, name in said.differ)]):
        told = sum(key in reasons for key in said.differ if key[1] == name)
        print(f"| {name} | {said.agree[name]} | {said.differing(name)} | {told} |")
    agree, differ = sum(said.agree.values()), len(said.differ)
    print(f"\n{agree} of {agree + differ} values agree: {100 * agree / (agree + differ):.2f} %")
    for (document, name), (ours, theirs) in sorted(said.differ.items()):
        print(
            f"- {name} of {document}: {str(ours)[:60]!r}, not {str(theirs)[:60]!r}. {reasons.get((document, name), '')}"
        )


def main() -> None:
    if not feedsuites.CORPORA.exists():
        sys.exit(f"NOT RUN: {feedsuites.CORPORA} is not here")
    warnings.simplefilter("ignore")  # feedparser warns of its own names
    start = time.process_time()
    table(feedsuites.against_feedparser(), "feedparser")
    table(feedsuites.against_gofeed(), "gofeed")
    print(f"\n{time.process_time() - start:.1f} s of processor time")


if __name__ == "__main__":
    main()
