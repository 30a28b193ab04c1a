"""How many real edits the running daemon finds, and how many it invents.

Serves recorded pages over HTTP on loopback to `monitor run`: each document steps to its next poll when the one before has been read. Afterwards
the daemon's own log says at which polls it saw a revision; the file's labels say at which there was one.

    python tests/bench/revisions.py [--data FILE…] [--docs N] [--show N] [--json]

FILE: gzipped JSON lines, one line a poll: site, doc, seq, path, label (first, text, title, same), kind, title, html.
By default all of ../shared/corpora/revisions/pages-*.jsonl.gz.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from xml.sax.saxutils import escape

from aiohttp import web

from monitor.core.events import AnyEvent, ArticleDiscovered, ArticleGone, ArticleRestored, ArticleRevised, type_of
from monitor.store import open_log

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpora" / "revisions"
CONFIG = """
data_dir = "{data}"

[polling]
allow_private = ["127.0.0.0/8"]
every = "1s"
concurrency = 16
per_host = 16
recheck = {{ min = "20ms", max = "20ms", until = "30d" }}

[logging]
level = "warning"
format = "json"
{feeds}
"""


@dataclass
class Poll:
    label: str
    kind: str
    html: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.html).hexdigest()


@dataclass
class Document:
    site: str
    name: str
    path: str
    polls: list[Poll] = field(default_factory=list)
    reads: int = 0

    @property
    def is_done(self) -> bool:
        """One more read than there are polls: only then is the last one known to be processed."""
        return self.reads > len(self.polls)

    def next(self) -> bytes:
        poll = self.polls[min(self.reads, len(self.polls) - 1)]
        self.reads += 1
        return poll.html


def load(files: list[Path], most: int | None) -> list[Document]:
    documents: dict[tuple[Path, str], Document] = {}
    for number, file in enumerate(files):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                poll = json.loads(line)
                key = (file, poll["doc"])
                if key not in documents:
                    documents[key] = Document(poll["site"], poll["doc"], f"/{number}{poll['path']}")
                documents[key].polls.append(Poll(poll["label"], poll["kind"], poll["html"].encode()))
    by_file = defaultdict(list)
    for (file, _), document in documents.items():
        by_file[file].append(document)
    return [document for found in by_file.values() for document in found[:most]]


class Newsstand:
    """The server: a feed a site, and each document's next poll at its address."""

    def __init__(self, documents: list[Document]) -> None:
        self._by_path = {document.path: document for document in documents}
        self._sites = sorted({document.site for document in documents})
        self.finished = asyncio.Event()
        self.origin = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/feed/{site}", self._feed)
        app.router.add_get("/{path:.*}", self._page)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def feeds(self) -> str:
        return "".join(f'\n[feeds.site{n}]\nurl = "{self.origin}/feed/{n}"\n' for n in range(len(self._sites)))

    async def _feed(self, request: web.Request) -> web.Response:
        site = self._sites[int(request.match_info["site"])]
        items = "".join(
            f"<item><guid>{escape(path)}</guid><link>{escape(self.origin + path)}</link></item>"
            for path, document in self._by_path.items()
            if document.site == site
        )
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{escape(site)}</title>{items}</channel></rss>'
        return web.Response(text=text, content_type="application/rss+xml")

    async def _page(self, request: web.Request) -> web.Response:
        document = self._by_path.get(request.path)
        if document is None:
            return web.Response(status=404)
        html = document.next()
        if all(one.is_done for one in self._by_path.values()):
            self.finished.set()
        return web.Response(body=html, content_type="text/html", charset="utf-8")


async def watch(documents: list[Document], patience: float) -> tuple[list[AnyEvent], float]:
    """Run the daemon until it has read everything; returns its events and the seconds from the first read to the last."""
    with tempfile.TemporaryDirectory(prefix="monitor-bench-") as folder:
        config, data = Path(folder) / "config.toml", Path(folder) / "data"
        async with Newsstand(documents) as stand:
            config.write_text(CONFIG.format(data=data, feeds=stand.feeds()))
            daemon = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "monitor", "run", "--config", str(config)
            )
            started = time.monotonic()
            ending = asyncio.create_task(daemon.wait())
            finished = asyncio.create_task(stand.finished.wait())
            await asyncio.wait({ending, finished}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            seconds = time.monotonic() - started
            if ending.done():
                sys.exit(f"the daemon ended by itself with status {ending.result()}")
            if not finished.done():
                left = [document.path for document in documents if not document.is_done]
                print(
                    f"gave up after {patience:.0f} s: {len(left)} documents were not read to their end, e.g. {left[:3]}"
                )
            daemon.send_signal(signal.SIGTERM)
            await ending
            finished.cancel()
        async with open_log("embedded", data_dir=data) as log:
            events = [recorded.event async for recorded in log.read(0)]
        return events, seconds


def judge(documents: list[Document], events: list[AnyEvent]) -> dict[str, object]:
    """Hold what the log says against the labels: a revision names the bytes in which it was seen."""
    seen: dict[str, set[str]] = defaultdict(set)
    article_of = {}
    wrong: Counter[str] = Counter()
    for event in events:
        match event:
            case ArticleDiscovered():
                article_of["/" + event.url.split("/", 3)[3]] = event.article
            case ArticleRevised():
                seen[event.article].add(event.evidence.raw_sha256)
            case ArticleGone() | ArticleRestored():
                wrong[type_of(event)] += 1
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    false: Counter[str] = Counter()
    examples: dict[str, list[str]] = defaultdict(list)
    for document in documents:
        revisions = seen[article_of.get(document.path, "")]
        for number, poll in enumerate(document.polls[1:], 1):
            hit = poll.sha256 in revisions
            is_same = poll.label == "same"
            name = f"same ({poll.kind or 'plain'})" if is_same else "byline" if poll.kind == "byline" else poll.label
            total[name] += 1
            found[name] += hit
            if is_same and hit:
                false[document.site] += 1
                examples["false"].append(f"{document.path} poll {number} ({poll.kind})")
            if not is_same and not hit:
                examples["missed"].append(f"{document.path} poll {number} ({name})")
    undiscovered = [document.path for document in documents if document.path not in article_of]
    return {
        "found": found,
        "total": total,
        "false_by_site": false,
        "examples": examples,
        "undiscovered": undiscovered,
        "wrong": wrong,
    }


def report(result: dict, seconds: float, documents: list[Document]) -> dict[str, object]:
    found, total = result["found"], result["total"]
    words = [name for name in ("text", "title") if total[name]]
    same = [name for name in total if name.startswith("same")]
    polls = sum(len(document.polls) for document in documents)
    return {
        "documents": len(documents),
        "polls": polls,
        "polls_per_second": round(polls / seconds, 1),
        "found": {name: [found[name], total[name]] for name in [*words, *(["byline"] if total["byline"] else [])]},
        "found_share": sum(found[name] for name in words) / max(1, sum(total[name] for name in words)),
        "byline_share": found["byline"] / max(1, total["byline"]),
        "false": {name: [found[name], total[name]] for name in same},
        "false_share": sum(found[name] for name in same) / max(1, sum(total[name] for name in same)),
        "false_by_site": dict(result["false_by_site"]),
        "undiscovered": result["undiscovered"],
        "said_gone_or_restored": dict(result["wrong"]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", type=Path, default=sorted(CORPUS.glob("pages-*.jsonl.gz")), metavar="FILE")
    parser.add_argument("--docs", type=int, help="only the first N documents of each file")
    parser.add_argument("--show", type=int, default=5, help="how many examples of each error to print")
    parser.add_argument("--patience", type=float, default=1800.0, help="seconds after which to give up")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    if not arguments.data:
        sys.exit(f"no data: {CORPUS} holds no pages-*.jsonl.gz; name files with --data")
    documents = load(arguments.data, arguments.docs)
    events, seconds = asyncio.run(watch(documents, arguments.patience))
    result = judge(documents, events)
    summary = report(result, seconds, documents)
    if arguments.json:
        print(json.dumps(summary))
        return
    print(f"{summary['documents']} documents, {summary['polls']} polls, {summary['polls_per_second']} polls/s\n")
    print("changes found")
    for name, (hits, of) in summary["found"].items():
        print(f"  {name:<14}{hits:>6} of {of:<6}{hits / of:8.2%}")
    print(f"  {'text + title':<14}{summary['found_share']:>23.2%}\n\nfalse alarms")
    for name, (hits, of) in summary["false"].items():
        print(f"  {name:<14}{hits:>6} of {of:<6}{hits / of:8.2%}")
    print(f"  {'all':<14}{summary['false_share']:>23.2%}   by site: {summary['false_by_site'] or 'none'}")
    if summary["undiscovered"]:
        print(f"\nnever discovered: {len(summary['undiscovered'])}, e.g. {summary['undiscovered'][:3]}")
    if summary["said_gone_or_restored"]:
        print(f"\nsaid without cause: {summary['said_gone_or_restored']}")
    for kind, names in result["examples"].items():
        print(f"\n{kind}:", *names[: arguments.show], sep="\n  ")


if __name__ == "__main__":
    main()
