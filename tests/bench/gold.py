"""How well the rules tell typed edits apart: precision, recall and F1 of each kind on pairs labelled by hand.

    .venv/bin/python tests/bench/gold.py [--data FILE] [--wrong]

A line of the data is `{"id", "lang", "before", "after", "edits"}`; `before` and `after` hold `title`, `dek`, `byline`,
`modified` and `body` (texts, or `{"kind", "text"}`), or are one text. An expected edit has a `kind`, and perhaps `from` and `to` (values of figures)
and `speaker`: then these count as well. Kinds in `UNSCORED` count only where a pair expects one.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.core.content import Block, Content
from monitor.core.events import Edit
from monitor.core.revision.classify import edits

GOLD = Path(__file__).resolve().parents[1] / "gold/edits.jsonl"
UNSCORED = {"lede", "paragraph_changed", "entity_added", "entity_removed"}


def content(side: dict[str, Any] | str, lang: str) -> Content:
    """What a side of a pair says."""
    if isinstance(side, str):
        side = {"body": [part for part in side.split("\n\n") if part.strip()]}
    body = side.get("body", [])
    blocks = [
        block if isinstance(block, dict) else {"kind": "paragraph", "text": block}
        for block in ([body] if isinstance(body, str) else body)
    ]
    return Content(
        title=side.get("title", "T"),
        dek=side.get("dek", ""),
        byline=side.get("byline", ""),
        lang=lang,
        modified=datetime.fromisoformat(side["modified"]) if side.get("modified") else None,
        blocks=tuple(Block(block["kind"], block["text"]) for block in blocks),
    )


def matches(found: Edit, expected: dict[str, Any]) -> bool:
    """Whether an edit is the expected one, in all that is expected of it."""
    if found.kind != expected["kind"]:
        return False
    if expected.get("from") is not None and (not found.figure_before or found.figure_before.value != expected["from"]):
        return False
    if expected.get("to") is not None and (not found.figure_after or found.figure_after.value != expected["to"]):
        return False
    said = expected.get("speaker", "").casefold()
    who = found.speaker.casefold()
    return not said or (bool(who) and (said in who or who in said))


def judge(pair: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each edit of a pair as (kind, verdict, detail): right, wrong (found, not expected) or missed."""
    found = list(edits(content(pair["before"], pair["lang"]), content(pair["after"], pair["lang"])))
    asked = {expected["kind"] for expected in pair["edits"]}
    for expected in pair["edits"]:
        hit = next((edit for edit in found if matches(edit, expected)), None)
        if hit:
            found.remove(hit)
        yield expected["kind"], "right" if hit else "missed", str(expected)
    for edit in found:
        if edit.kind not in UNSCORED or edit.kind in asked:
            yield edit.kind, "wrong", f"{edit.before[:60]!r} → {edit.after[:60]!r} {edit.speaker!r}"


def scores(counts: Counter[str]) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    right, wrong, missed = counts["right"], counts["wrong"], counts["missed"]
    precision = right / (right + wrong) if right + wrong else 1.0
    recall = right / (right + missed) if right + missed else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def measure(data: Path) -> tuple[dict[str, Counter[str]], dict[tuple[str, str], Counter[str]], list[str]]:
    """The counts by kind, by kind and language, and what was wrong."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    languages: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    faults: list[str] = []
    for line in data.read_text().splitlines():
        pair = json.loads(line)
        for kind, verdict, detail in judge(pair):
            kinds[kind][verdict] += 1
            languages[kind, pair["lang"]][verdict] += 1
            if verdict != "right":
                faults.append(f"{pair['id']} {verdict} {kind}: {detail}")
    return kinds, languages, faults


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=GOLD)
    parser.add_argument("--wrong", action="store_true", help="list what was wrong or missed")
    options = parser.parse_args()
    kinds, languages, faults = measure(options.data)
    langs = sorted({lang for _, lang in languages})
    print(f"{'kind':20} {'n':>4} {'P':>5} {'R':>5} {'F1':>5}   {'  '.join(f'{lang:>4}' for lang in langs)}")
    for kind in sorted(kinds):
        precision, recall, f1 = scores(kinds[kind])
        by = "  ".join(f"{scores(languages[kind, lang])[2]:.2f}" if languages[kind, lang] else "   -" for lang in langs)
        n = kinds[kind]["right"] + kinds[kind]["missed"]
        print(f"{kind:20} {n:4} {precision:5.3f} {recall:5.3f} {f1:5.3f}   {by}")
    print("\n".join(faults) if options.wrong else f"{len(faults)} faults (--wrong lists them)")


if __name__ == "__main__":
    main()
