"""How the demo looks on a terminal: a line for what the newsroom does, a line for what Monitor says, a table at the end. Decides nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from monitor.core.article import Article
from monitor.demo.newsroom import Newsroom
from monitor.demo.record import Record
from monitor.demo.story import Scene, Story
from monitor.demo.verdict import Arrival, Verdict

_COLOURS = {"castellan": "cyan", "courier": "yellow", "veilleur": "magenta", "orlanne": "green"}
_GRAVITY = {"critical": "bold red", "warning": "bold yellow", "info": "bold blue"}
_LOST = {"disappeared", "removed", "withdrawn"}
_SENTENCE = 150  # characters of a sentence that are shown


class Screen:
    """The running commentary. Every line starts with the seconds since the beginning."""

    def __init__(self, console: Console) -> None:
        self._console, self._began = console, time.monotonic()

    def opened(self, newsroom: Newsroom, receiver: str, page: str) -> None:
        """The doors are open."""
        self._console.rule("[bold]The night of 15 November 2015, told by four invented outlets")
        for house in newsroom.houses.values():
            colour = _COLOURS[house.outlet.id]
            self._console.print(
                Text.assemble(
                    (f"  {house.outlet.name:26}", colour), f"{house.home}/  ", (house.outlet.feed.upper(), "dim")
                )
            )
        self._console.print(Text.assemble((f"  {'Webhook receiver':26}", "bold"), receiver))
        self._console.print(Text.assemble((f"  {'The page':26}", "bold"), page))
        self._console.print()

    def moved(self, story: Story, scene: Scene) -> None:
        """A newsroom did something."""
        manner = "" if scene.declared or scene.page != "article" else "  (the feed says nothing)"
        self._line(
            Text.assemble((story.outlet.name, _COLOURS[story.outlet.id]), " ", scene.says, (manner, "dim italic"))
        )

    def revised(self, article: Article, summary: str, reverted_to: int | None) -> None:
        """Monitor recorded a revision."""
        back = f" (revision {reverted_to} again)" if reverted_to else ""
        self._below(
            Text.assemble((f"revision {article.revision}", "bold"), f" of {_slug(article.url)}: {summary}{back}")
        )

    def gone(self, article: Article) -> None:
        """Monitor calls an article gone."""
        self._below(Text.assemble(("gone", "bold red"), f" after repeated looks: {_slug(article.url)}"))

    def alerted(self, arrival: Arrival) -> None:
        """An alert reached the receiver."""
        data = arrival.data
        self._below(
            Text.assemble(
                ("ALERT ", _GRAVITY[data["severity"]]),
                (data["watchlist"], "bold"),
                f" {', '.join(data['changes'])} in {_slug(data['article']['url'])} ",
                ("✓ signed", "green"),
            )
        )
        for hit in _telling(data["hits"]):
            self._console.print(Padding(_marked(hit), (0, 0, 0, 11)))

    def refused(self, problem: str) -> None:
        """A request reached the receiver that did not verify."""
        self._below(Text(f"the receiver refused a message: {problem}", style="bold red"))

    def died(self) -> None:
        """The daemon was started again."""
        self._below(Text("the daemon died and is started again", style="bold red"))

    def waiting(self) -> None:
        """The stories are told; Monitor goes on looking."""
        self._line(
            Text("The last page is served. Monitor looks once more, for anything it should not have said.", style="dim")
        )

    def ended(self, verdict: Verdict, record: Record, stories: Sequence[Story], url: Callable[[Story], str]) -> None:
        """The table of what happened."""
        self._console.print()
        self._console.print(_table(verdict, record, stories, url))
        self._console.print(_sum(verdict, record))
        for difference in verdict.differences:
            self._console.print(Text(f"✗ {difference}", style="bold red"))
        if not verdict.differences:
            self._console.print(Text("✓ Exactly what was expected happened.", style="bold green"))

    def lingering(self, newsroom: Newsroom, config: Path) -> None:
        """What there is to try while newsroom and daemon go on."""
        page = newsroom.houses["courier"].home + "/news/bombs-dropped"
        option = f"--config {config}"
        self._console.print("\nNewsroom and daemon run on until Ctrl-C. In another terminal:", style="bold")
        for command in (
            f"monitor history {page} {option}",
            f"monitor diff {page} 1 2 {option}",
            f"monitor alerts list {option}",
            f"monitor deliveries list {option}",
            f"monitor feeds list {option}",
            f"monitor tail {option}",
        ):
            self._console.print(f"  {command}", soft_wrap=True)

    def note(self, words: str) -> None:
        """A plain remark."""
        self._console.print(words, style="dim", soft_wrap=True)

    def _line(self, words: Text) -> None:
        self._console.print(_hanging(6, Text(f"{time.monotonic() - self._began:5.1f}s", style="dim"), words))

    def _below(self, words: Text) -> None:
        self._console.print(_hanging(8, Text("▸", style="dim", justify="right"), words))


def _hanging(width: int, mark: Text, words: Text) -> Table:
    """A line whose continuation does not run under its mark."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=width)
    grid.add_column()
    grid.add_row(mark, words)
    return grid


def _slug(url: str) -> str:
    return url.rsplit("/", 1)[-1]


def _telling(hits: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One hit for each term and change: the first."""
    return list({(hit["term"], hit["change"]): hit for hit in reversed(hits)}.values())[::-1]


def _marked(hit: dict[str, Any]) -> Text:
    sentence = Text(hit["sentence"])
    style = "strike red" if hit["change"] in _LOST else "reverse"
    for start, end in hit["marks"]:
        sentence.stylize(style, start, end)
    first = hit["marks"][0][0] if hit["marks"] else 0
    begin = max(0, min(first - 60, len(sentence) - _SENTENCE))
    end = begin + _SENTENCE
    return Text.assemble("…" if begin else "", sentence[begin:end], "…" if end < len(sentence) else "", style="italic")


def _table(verdict: Verdict, record: Record, stories: Sequence[Story], url: Callable[[Story], str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="What happened", title_style="bold", pad_edge=False, expand=True)
    table.add_column("Story", ratio=5, no_wrap=True, overflow="ellipsis")
    table.add_column("Revisions that Monitor found", ratio=5)
    table.add_column("Alerts", ratio=3)
    for story in stories:
        article = record.at(url(story))
        headline = Text(article.content.title if article else story.slug, overflow="ellipsis", no_wrap=True)
        table.add_row(
            Text.assemble((story.outlet.name, _COLOURS[story.outlet.id]), "\n", headline),
            _revisions(article, record),
            Text("\n".join(_alerts(verdict, url(story))) or "–"),
        )
    return table


def _revisions(article: Article | None, record: Record) -> Text:
    if article is None:
        return Text("never read", style="red")
    said = [f"{number}  {summary}" for number, summary in enumerate(record.summaries.get(article.url, []), 2)]
    if article.status == "gone":
        said.append("gone")
    if article.backlog:
        said.append("old at first sight: backlog")
    return Text("\n".join(said) or "–")


def _alerts(verdict: Verdict, url: str) -> list[str]:
    counted = Counter(arrival.alert.watchlist for arrival in verdict.arrivals if arrival.alert.url == url)
    return [f"{name} ×{count}" if count > 1 else name for name, count in counted.items()]


def _sum(verdict: Verdict, record: Record) -> Text:
    document, deliveries = verdict.document, verdict.document["deliveries"]
    quiet = sum(record.suppressed.values())
    return Text(
        f"{document['feeds']} feeds · {document['articles']} articles · {document['revisions']} revisions · "
        f"{len(document['alerts'])} alerts, {quiet} more kept quiet as backlog\n"
        f"{deliveries['attempts']} deliveries, {deliveries['verified']} verified, {deliveries['distinct_ids']} ids · "
        f"{len(verdict.missing)} missing · {len(verdict.false)} false alarms · {document['duplicates']} duplicates",
        style="bold",
    )
