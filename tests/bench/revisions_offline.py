"""Steps recorded polls of real pages through `read_page` and `observe`, without a server, and prints what was found and what was not.

    python tests/bench/revisions_offline.py [--data FILE…] [--examples N] [--json]

A change is found where its poll makes any `article.revised`; a false alarm is one on a `same` poll.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.core.article import Article, Decision, Looks, Seed, Sighting, decode_article, decode_looks, encode, observe
from monitor.core.events import ArticleRevised, Evidence
from monitor.core.urls import article_id
from monitor.sources.page import read_page
from monitor.stages.look import sighting

CORPORA = Path(__file__).resolve().parents[2].parent / "shared/corpora"


def polls(files: list[Path]) -> Iterator[list[dict[str, Any]]]:
    """The polls of each document, in order."""
    for file in files:
        documents: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                poll = json.loads(line)
                documents[poll["site"], poll["doc"]].append(poll)
        yield from documents.values()


class Looker:
    """One article under watch: what the daemon would keep between two looks, through its stored forms."""

    def __init__(self) -> None:
        self.article, self.looks = b"", b""

    def look(self, poll: dict[str, Any]) -> Decision:
        """Read one poll and decide."""
        return self.decide(self.read(poll))

    def read(self, poll: dict[str, Any]) -> Sighting:
        """What one poll shows."""
        url, body = f"http://example.org{poll['path']}", poll["html"].encode()
        at = datetime.fromtimestamp(poll["ts"], UTC)
        container = decode_looks(self.looks).container
        page = read_page(body, url, {"content-type": "text/html; charset=utf-8"}, container)
        sha256 = hashlib.sha256(body).hexdigest()
        return sighting(page, Evidence(at, url, 200, sha256, page.extractor, confidence=page.confidence))

    def decide(self, seen: Sighting, **known: Any) -> Decision:
        """What that comes to. `known`: what is known of the site."""
        article, url = decode_article(self.article), seen.evidence.url
        decision = observe(article, decode_looks(self.looks), seen, seed=Seed(article_id(url), url, "bench"), **known)
        self.keep(decision.article, decision.looks)
        return decision

    def keep(self, article: Article | None, looks: Looks) -> None:
        """Store what the next look needs."""
        self.article = encode(article) if article else b""
        self.looks = encode(looks)


def measure(files: list[Path]) -> dict[str, Any]:
    """Run all polls; counts by label and kind, false alarms by site, and what went wrong."""
    total: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    false: Counter[str] = Counter()
    errors: list[dict[str, Any]] = []
    started, count = time.perf_counter(), 0
    for document in polls(files):
        looker = Looker()
        for poll in document:
            decision = looker.look(poll)
            count += 1
            revised = any(isinstance(event, ArticleRevised) for event in decision.events)
            kind = f"{poll['label']}{'/' + poll['kind'] if poll['kind'] else ''}"
            total[kind] += 1
            hits[kind] += revised
            if poll["label"] == "same" and revised:
                false[poll["site"]] += 1
            if poll["label"] != "first" and revised == (poll["label"] == "same"):
                errors.append(_error(poll, kind, decision))
    return {
        "polls": count,
        "polls_per_second": round(count / (time.perf_counter() - started), 1),
        "total": dict(total),
        "revised": dict(hits),
        "false_by_site": dict(false),
        "errors": errors,
    }


def _error(poll: dict[str, Any], kind: str, decision: Decision) -> dict[str, Any]:
    edits = [e for event in decision.events if isinstance(event, ArticleRevised) for e in event.edits]
    shown = [{"kind": e.kind, "before": e.before[:160], "after": e.after[:160]} for e in edits[:3]]
    return {
        "kind": kind,
        "site": poll["site"],
        "path": poll["path"],
        "doc": poll["doc"],
        "seq": poll["seq"],
        "why": decision.why,
        "edits": shown,
    }


def rates(result: dict[str, Any]) -> dict[str, float]:
    """The figures that count: the share of changes found, and of quiet polls that raised an alarm."""
    total, revised = result["total"], result["revised"]

    def share(*kinds: str) -> float:
        return sum(revised.get(k, 0) for k in kinds) / max(1, sum(total.get(k, 0) for k in kinds))

    return {
        "text_title": share("text", "title"),
        "byline": share("text/byline"),
        "false": share("same/noise", "same/markup"),
    }


def main() -> int:
    """Print the tables; 1 where the figures fall short of what is asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", nargs="*", type=Path, default=sorted((CORPORA / "revisions").glob("pages-*.jsonl.gz"))
    )
    parser.add_argument("--examples", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = measure(arguments.data)
    result["rates"] = rates(result)
    if arguments.json:
        print(json.dumps(result, indent=1, ensure_ascii=False))
    else:
        _tell(result, arguments.examples)
    return 0 if result["rates"]["text_title"] >= 0.96 and result["rates"]["false"] <= 0.007 else 1


def _tell(result: dict[str, Any], examples: int) -> None:
    print(f"{result['polls']} polls, {result['polls_per_second']} a second")
    for kind, count in sorted(result["total"].items()):
        print(f"  {kind:14} {count:5} polls, {result['revised'][kind]:5} revised")
    print("  " + ", ".join(f"{name} {share:.2%}" for name, share in result["rates"].items()))
    print(f"  false alarms by site: {result['false_by_site'] or 'none'}")
    for kind in sorted({error["kind"] for error in result["errors"]}):
        some = [error for error in result["errors"] if error["kind"] == kind]
        print(f"\n{kind}: {len(some)} wrong")
        for error in some[:examples]:
            print(f"  {error['site']} {error['path']} seq {error['seq']}: {error['why']}")
            for edit in error["edits"]:
                print(f"      {edit['kind']}: {edit['before']!r} → {edit['after']!r}")


if __name__ == "__main__":
    sys.exit(main())
