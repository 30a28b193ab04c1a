"""How well the words that changed are told, against edits that people marked: `python tests/bench/spans.py [--data FILE]`.

The data are JSON lines {"before": [token…], "after": [token…], "edits": [[b0, b1, a0, a1]…]}, half-open. Exact spans: an edit counts
where all four bounds agree. Changed tokens: a token of either side counts where both say that it changed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from monitor.core.revision.words import spans

GOLD = Path(__file__).parents[1] / "gold/spans.jsonl"
Edits = set[tuple[int, int, int, int]]


def ours(before: list[str], after: list[str]) -> Edits:
    return {tuple(gap) for gap in spans(before, after)}


def difflib(before: list[str], after: list[str]) -> Edits:
    return {code[1:] for code in SequenceMatcher(None, before, after).get_opcodes() if code[0] != "equal"}


def tokens(edits: Iterable[tuple[int, ...]]) -> set[tuple[str, int]]:
    """The tokens that edits touch, of either side."""
    return {
        place
        for b0, b1, a0, a1 in edits
        for place in (*(("before", i) for i in range(b0, b1)), *(("after", i) for i in range(a0, a1)))
    }


def measured(rows: list[dict[str, Any]], find: Callable[[list[str], list[str]], Edits]) -> dict[str, float]:
    exact, changed = [0, 0, 0], [0, 0, 0]
    started = time.process_time()
    for row in rows:
        marked, found = {tuple(edit) for edit in row["edits"]}, find(row["before"], row["after"])
        for counts, wanted, got in ((exact, marked, found), (changed, tokens(marked), tokens(found))):
            counts[0] += len(wanted & got)
            counts[1] += len(got)
            counts[2] += len(wanted)
    seconds = time.process_time() - started
    return {"exact": f1(*exact), "changed": f1(*changed), "microseconds": 1e6 * seconds / max(len(rows), 1)}


def f1(hits: int, found: int, wanted: int) -> float:
    return 2 * hits / (found + wanted) if found + wanted else 1.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=GOLD)
    rows = [
        json.loads(line) for line in parser.parse_args().data.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    print(f"{len(rows)} pairs          exact-span F1   changed-token F1   µs a pair")
    for name, find in (("ours", ours), ("difflib", difflib)):
        figures = measured(rows, find)
        print(f"{name:<18} {figures['exact']:13.3f} {figures['changed']:18.3f} {figures['microseconds']:11.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
