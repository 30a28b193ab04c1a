"""How well the blocks of a page agree with what a reader took for its article, and what the stated confidence is worth.

    python tests/bench/extraction.py [--data DIR] [--examples N] [--json]

DIR is in the format of the article extraction benchmark: `ground-truth.json` and `html/<id>.html.gz`. Texts are compared by
shingles of four words; precision and recall are means over pages. The gold texts hold no captions: blocks of that kind are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from monitor.sources.page import read_page

ARTICLES = Path(__file__).resolve().parents[2].parent / "shared/corpora/articles"
_BAD = 0.8  # F1 below which a page was not understood


class Page(NamedTuple):
    """One page: how its blocks agree with the gold text, and how sure the reader was."""

    f1: float
    precision: float
    recall: float
    confidence: float
    url: str


def read(directory: Path) -> list[Page]:
    """Read all pages of a benchmark."""
    gold = json.loads((directory / "ground-truth.json").read_text(encoding="utf-8"))
    return [_page(directory / "html" / f"{name}.html.gz", entry) for name, entry in gold.items()]


def _page(file: Path, entry: dict[str, Any]) -> Page:
    page = read_page(gzip.decompress(file.read_bytes()), entry.get("url", ""), {}, "")
    text = "\n".join(block.text for block in page.content.blocks if block.kind != "caption")
    precision, recall = agreement(entry["articleBody"], text)
    return Page(_harmonic(precision, recall), precision, recall, page.confidence, entry.get("url", file.name))


def agreement(gold: str, found: str) -> tuple[float, float]:
    """Precision and recall by shingles of four words, as the article extraction benchmark counts them."""
    true, seen = _shingles(gold), _shingles(found)
    both = sum((true & seen).values())
    return (
        both / max(1, sum(seen.values())) if seen else float(not true),
        both / max(1, sum(true.values())) if true else 1.0,
    )


def _shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1))) if words else Counter()


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def judged(pages: list[Page]) -> dict[str, Any]:
    """The figures: F1 of the mean precision and recall, and how many of the bad pages stand in the lowest tenth by confidence."""
    precision = sum(page.precision for page in pages) / len(pages)
    recall = sum(page.recall for page in pages) / len(pages)
    lowest = sorted(pages, key=lambda page: page.confidence)[: max(1, round(len(pages) / 10))]
    bad = [page for page in pages if page.f1 < _BAD]
    return {
        "pages": len(pages),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(_harmonic(precision, recall), 4),
        "bad": len(bad),
        "bad_in_lowest_tenth": sum(page in lowest for page in bad),
        "worst": [page._asdict() for page in sorted(pages)[:20]],
    }


def main() -> int:
    """Print the table; 1 where F1 is below .962 or the confidence finds fewer than half of the bad pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ARTICLES, metavar="DIR")
    parser.add_argument("--examples", type=int, default=10, help="how many of the worst pages to print")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    if not (arguments.data / "ground-truth.json").is_file():
        sys.exit(f"no data: {arguments.data} holds no ground-truth.json; name a folder with --data")
    started = time.process_time()
    pages = read(arguments.data)
    result = judged(pages) | {"ms_a_page": round((time.process_time() - started) * 1000 / len(pages), 1)}
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _tell(result, arguments.examples)
    return 0 if result["f1"] >= 0.962 and result["bad_in_lowest_tenth"] * 2 >= result["bad"] else 1


def _tell(result: dict[str, Any], examples: int) -> None:
    print(f"{result['pages']} pages, {result['ms_a_page']} ms a page")
    print(f"  precision {result['precision']:.3f}  recall {result['recall']:.3f}  F1 {result['f1']:.3f}")
    print(
        f"  F1 below {_BAD}: {result['bad']}, of them in the lowest tenth by confidence: {result['bad_in_lowest_tenth']}"
    )
    for page in result["worst"][:examples]:
        print("  F1 {f1:.2f}  P {precision:.2f}  R {recall:.2f}  confidence {confidence:.2f}  {url}".format(**page))


if __name__ == "__main__":
    sys.exit(main())
