"""What it costs to find out that a page has not changed, against reading it: CPU milliseconds a page, on real pages.

    python tests/bench/recheck.py [--data DIR] [--polls DIR] [--rounds N] [--json]

DIR holds *.html.gz; by default ../shared/corpora/articles/html. `--polls` is a folder of recorded polls (pages-*.jsonl.gz): of those
on which only furniture differs, the share is told that costs no reading. Each step takes the best of N rounds for each page, all steps
of one page in turn, so that a busy machine troubles them alike.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import trafilatura

from monitor.core.content import Content
from monitor.ports import ParsedPage
from monitor.sources.page import read_page
from monitor.sources.page.fingerprint import fingerprint, read_again

PAGES = Path(__file__).resolve().parents[2].parent / "shared/corpora/articles/html"
URL, HEADERS = "https://news.example/story", {"content-type": "text/html"}
POLLS = PAGES.parents[1] / "revisions"
SHARE = 12


def cpu(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of processor time, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best * 1_000


def steps(body: bytes, rounds: int) -> dict[str, float]:
    """What each way to look at one page costs."""
    text = body.decode("utf-8", "replace")
    container = read_page(body, URL, HEADERS, "").container
    return {
        "equal bytes": cpu(lambda: hashlib.sha256(body).hexdigest(), rounds),
        "equal fingerprint": cpu(lambda: fingerprint(body, URL, HEADERS, container), rounds),
        "our reading, container known": cpu(lambda: read_page(body, URL, HEADERS, container), rounds),
        "trafilatura, fast": cpu(lambda: trafilatura.extract(text, fast=True, include_comments=False), rounds),
        "our full reading": cpu(lambda: read_page(body, URL, HEADERS, ""), rounds),
    }


def recognised(folder: Path, documents: int = 60) -> tuple[int, int]:
    """Of the polls of each file's first documents on which only furniture differs: how many there are, and how many the fingerprint knows."""
    asked = known = 0
    for file in sorted(folder.glob("pages-*.jsonl.gz")):
        last: dict[str, ParsedPage] = {}
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for poll in map(json.loads, lines):
                before = last.get(poll["doc"], ParsedPage("", Content(title="")))
                if poll["doc"] not in last and len(last) == documents:
                    continue
                page = read_again(poll["html"].encode(), URL, HEADERS, before.container, before.fingerprint)
                noise = poll["label"] == "same" and poll["kind"] == "noise"
                asked, known = asked + noise, known + (noise and page.verdict == "unchanged")
                last[poll["doc"]] = page if page.verdict != "unchanged" else before
    return asked, known


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=PAGES, metavar="DIR")
    parser.add_argument("--polls", type=Path, default=POLLS, metavar="DIR")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    files = sorted(arguments.data.glob("*.html.gz"))
    if not files:
        sys.exit(f"no data: {arguments.data} holds no *.html.gz")
    bodies = [gzip.decompress(file.read_bytes()) for file in files]
    measured = [steps(body, arguments.rounds) for body in bodies]
    means = {name: statistics.mean(row[name] for row in measured) for name in measured[0]}
    with_one = sum(bool(fingerprint(b, URL, HEADERS, read_page(b, URL, HEADERS, "").container)) for b in bodies)
    asked, known = recognised(arguments.polls)
    if arguments.json:
        print(
            json.dumps(
                {
                    "pages": len(files),
                    "with_fingerprint": with_one,
                    "mean_cpu_ms": means,
                    "polls": asked,
                    "recognised": known,
                }
            )
        )
        return
    print(f"{len(files)} pages, {with_one} of which have a fingerprint; mean CPU milliseconds a page\n")
    recheck = means["equal fingerprint"]
    for name, cost in means.items():
        print(f"  {name:<30}{cost:8.3f}{cost / recheck:9.1f} x")
    full = means["our full reading"]
    print(
        f"\nan unchanged re-check costs 1/{full / recheck:.1f} of a full reading, 1/{means['trafilatura, fast'] / recheck:.1f} of trafilatura's (aim: 1/{SHARE})"
    )
    if asked:
        print(f"of {asked} recorded polls on which only furniture differs it knows {known} ({known / asked:.1%})")


if __name__ == "__main__":
    main()
