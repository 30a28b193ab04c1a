"""How well the sentences of two versions are matched: `python tests/bench/sentences.py [--data FILE]`.

The data are JSON lines {"old": [sentence…], "new": [sentence…], "links": [[i, j]…]}: windows of public-domain (CC0) posts around an edit,
linked by hand; of a sentence that was cut in two, both parts are linked. Matched against it: ours, and the pairs whose difflib ratio is
the best for both sentences and at least a threshold, the most favourable of five.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Any

from monitor.core.revision.pairing import linked

GOLD = Path(__file__).parents[1] / "gold/sentences.jsonl"
Links = set[tuple[int, int]]


def ours(old: Sequence[str], new: Sequence[str]) -> Links:
    return {(i, j) for link in linked(old, new) for i in range(link.a, link.b) for j in range(link.c, link.d)}


def by_ratio(threshold: float, old: Sequence[str], new: Sequence[str]) -> Links:
    ratios = [[SequenceMatcher(None, a, b, autojunk=False).ratio() for b in new] for a in old]
    best_new = [max(range(len(new)), key=row.__getitem__) for row in ratios]
    best_old = [max(range(len(old)), key=lambda i, j=j: ratios[i][j]) for j in range(len(new))]
    return {(i, j) for i, j in enumerate(best_new) if best_old[j] == i and ratios[i][j] >= threshold}


def measured(rows: Sequence[dict[str, Any]], match: Callable[[list[str], list[str]], Links]) -> tuple[float, float]:
    """F1 of all links, and of those between sentences that are not the same."""
    every, reworded = [0, 0], [0, 0]
    for row in rows:
        wanted, found = {tuple(link) for link in row["links"]}, match(row["old"], row["new"])
        for counts, right, wrong in (
            (every, wanted & found, wanted ^ found),
            (
                reworded,
                *(
                    {(i, j) for i, j in side if row["old"][i] != row["new"][j]}
                    for side in (wanted & found, wanted ^ found)
                ),
            ),
        ):
            counts[0] += len(right)
            counts[1] += len(wrong)
    return tuple(2 * right / (2 * right + wrong) for right, wrong in (every, reworded))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=GOLD)
    rows = [
        json.loads(line) for line in parser.parse_args().data.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    thresholds = {threshold: measured(rows, partial(by_ratio, threshold)) for threshold in (0.4, 0.5, 0.6, 0.7, 0.8)}
    best = max(thresholds, key=lambda threshold: thresholds[threshold])
    print(f"{len(rows)} pairs              F1, all links   F1, reworded sentences")
    for name, (every, reworded) in (("ours", measured(rows, ours)), (f"difflib ratio ≥ {best}", thresholds[best])):
        print(f"{name:<22} {every:13.3f} {reworded:24.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
