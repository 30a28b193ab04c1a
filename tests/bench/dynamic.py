"""Lets real pages live as sites do, with rotating, counting and flapping furniture and broken answers, and edits some of them for real.

    python tests/bench/dynamic.py [--data DIR] [--pages N] [--polls N] [--seed N] [--only NAME…] [--rival N] [--examples N] [--json]

DIR holds pages in the format of the article extraction benchmark. Each page gets some restless pieces that no rule was made for,
at places drawn by lot, and about every second page one real edit, half of them undone later. An edit is found where a revision
is made at its poll, late where it comes within the next two; every other revision is a false alarm. A hash over trafilatura's text is
held against the same polls of every Nth page (`--rival`, 0: none).
"""

from __future__ import annotations

import argparse
import gzip
import html as entities
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from revisions_offline import Looker
from yardstick import LATE, Compared, TextHash, when

from monitor.core.events import ArticleRevised

ARTICLES = Path(__file__).resolve().parents[2].parent / "shared/corpora/articles"
_START = datetime(2026, 11, 23, 6, tzinfo=UTC)
_EVERY = timedelta(minutes=5)
_PARAGRAPH = re.compile(r"<p(?:\s[^<>]*)?>(?P<inner>(?:(?!<p[\s>]|</p>).){60,4000}?)</p>", re.DOTALL | re.IGNORECASE)
_TAGS = re.compile(r"<[^>]*>")

TEASERS = (
    "The harbour of Lisbon is closed to cruise ships until the dredging is finished in the spring.",
    "Why the price of butter has doubled within a year, and who earns from it.",
    "Three sisters open the last cinema of the valley again, with a loan from their neighbours.",
    "Scientists count whales from space: fewer than feared, more than last year.",
    "How a village in the Alps moved its church by twelve metres in one night.",
    "The chess champion resigns after seventeen moves and gives no reason for it.",
    "In Nairobi the night buses run on time, and nobody knows how they do it.",
    "A baker explains why his bread is sold out every morning at half past six.",
)
HEADLINES = tuple(" ".join(text.split()[:7]) for text in TEASERS)
NAMES = ("Acme Bank", "Vega Insurance", "Northern Rail", "Hotel Miramar", "Solar Direct")
PEOPLE = ("Marta", "old_sailor", "J. Petrov", "reader77", "Ines K.")


@dataclass
class Moment:
    """One poll of a page: its number, its time of day, and the lot."""

    number: int
    lot: random.Random

    @property
    def at(self) -> datetime:
        return _START + _EVERY * self.number


Piece = Callable[[Moment], str]


def _rotating(texts: tuple[str, ...], markup: str, every: int = 1) -> Piece:
    return lambda now: markup.format(texts[random.Random(now.number // every).randrange(len(texts))])


def _list(tag: str, item: str) -> Piece:
    def piece(now: Moment) -> str:
        chosen = now.lot.sample(HEADLINES, 4)
        return (
            f"<{tag}>"
            + "".join(item.format(text=text, slug=text.lower().replace(" ", "-")) for text in chosen)
            + f"</{tag}>"
        )

    return piece


def _flapping(markup: str, share: float) -> Piece:
    return lambda now: markup if now.lot.random() < share else ""


def _counting(markup: str, start: int, step: int) -> Piece:
    return lambda now: markup.format(start + now.number * step + now.lot.randrange(step))


def _clock(pattern: str) -> Piece:
    return lambda now: now.at.strftime(pattern)


def _comments(now: Moment) -> str:
    two = now.lot.sample(range(len(PEOPLE)), 2)
    return "<div>" + "".join(f"<p><b>{PEOPLE[n]}</b> wrote: {TEASERS[n]}</p>" for n in two) + "</div>"


def _ticker(now: Moment) -> str:
    return f"<p>FTSE {7300 + now.lot.random() * 40:,.1f} ({now.lot.random():+.2f}%) DAX {15800 + now.lot.random() * 90:,.1f} EUR/USD 1.0{now.lot.randrange(100, 999)}</p>"


PIECES: dict[str, list[Piece]] = {
    "teaser prose": [_rotating(TEASERS[:k], "<p>{}</p>") for k in (2, 3, 6)],
    "teaser, slow": [_rotating(TEASERS[:4], "<div><p>{}</p></div>", every=e) for e in (4, 7)],
    "teaser, linked": [_rotating(HEADLINES, '<p><a href="/stories/next">{}</a></p>')],
    "list": [
        _list("ul", '<li><a href="/{slug}">{text}</a></li>'),
        _list("div", '<div><h4><a href="/{slug}">{text}</a></h4></div>'),
        _list("section", "<p>{text}</p>"),
        _list("div", "<div>{text}<br><br></div>"),
    ],
    "counter": [
        _counting("<p>Page made in {} ms.</p>", 20, 9),
        _counting("<div>On air now: The Late Show, {} listening</div>", 1200, 40),
        _counting("<p>{} people are reading this story right now.</p>", 300, 30),
        _counting("<span>{}</span>", 40, 3),
        _counting("<p>Diesen Artikel haben {} Menschen gelesen.</p>", 900, 12),
    ],
    "clock": [
        _clock("<p>%A %d %B %Y, %H:%M</p>"),
        _clock("<div>Aktualisiert um %H.%M Uhr</div>"),
        _clock("<p>Il est %H h %M à Paris</p>"),
        _clock("<p>It is %H:%M in London.</p>"),
        _counting("<div>hace {} minutos</div>", 3, 5),
        _counting("<p>Published {} minutes ago by our desk</p>", 3, 5),
    ],
    "variant": [
        _flapping("<div><p>Our reporters are on the ground in forty countries. Support their work today.</p></div>", share)
        for share in (0.5, 0.1, 0.85)
    ],
    "variant, short": [_flapping("<div>Listen to this story</div>", 0.3), _flapping("<p>In partnership with Vega</p>", 0.5)],
    "advert": [_rotating(NAMES, "<div>{}: save up to 40% this week only.</div>"), _rotating(NAMES, "<p>{}</p>", every=3)],
    "lazy": [_flapping("<p>Loading…</p>", 0.2), _flapping("<div>Please enable images to see this graphic.</div>", 0.3)],
    "credit": [_rotating(PEOPLE, "<figure><img src=a.jpg><figcaption>Photo: {}</figcaption></figure>", every=5)],
    "comments": [_comments],
    "newsletter": [_flapping("<p>Enjoying this? Our editors send the best of the week to your phone each Friday.</p>", 0.4)],
    "consent": [_flapping("<div><p>We use cookies to make this site better. You can change your mind at any time.</p></div>", 0.3)],
    "share": [_counting("<div>Share {}</div>", 300, 7), _counting("<p>Shared {} times</p>", 300, 7)],
    "ticker": [_ticker],
    "greeting": [
        _rotating(("Good morning", "Good afternoon", "Good evening"), "<p>{}, dear reader.</p>", every=4),
        _counting("<p>You have read {} of your free articles this month.</p>", 1, 2),
    ],
}  # fmt: skip


# --- what happens to the whole document ------------------------------------------------------------------------------


def _renamed(html: str, now: Moment) -> str:
    """Class names made by a build tool, new with each."""
    nonce = f"{now.lot.getrandbits(24):06x}"
    return re.sub(r'(\sclass=")([^"]*)"', lambda m: f'{m[1]}{" ".join(f"{c}_{nonce}" for c in m[2].split())}"', html)


def _nonces(html: str, now: Moment) -> str:
    return re.sub(r"<div(?=[\s>])", lambda _: f'<div data-id="{now.lot.getrandbits(32)}"', html)


def _respaced(html: str, now: Moment) -> str:
    space = now.lot.choice(["\n", "  ", "\t", " "])
    html = html.replace("</p>", f"</p>{space}").replace(". ", f".{space}")
    return html.replace("’", now.lot.choice(["&rsquo;", "&#8217;", "’", "'"]))


def _cut(html: str, now: Moment) -> str:
    return html[: now.lot.randrange(len(html) // 3, len(html) - 50)]


def _skeleton(html: str, now: Moment) -> str:
    return _PARAGRAPH.sub(now.lot.choice(["", "<p></p>", '<div class="skeleton">Loading…</div>']), html)


def _error_page(_: str, now: Moment) -> str:
    said = now.lot.choice(
        ["Internal Server Error", "502 Bad Gateway", "Something went wrong", "Application error: a client-side exception has occurred", "Error establishing a database connection"]
    )  # fmt: skip
    return f"<html><head><title>{said}</title></head><body><h1>{said}</h1><p>Please try again in a few minutes.</p></body></html>"


ALWAYS = {"renamed": _renamed, "nonces": _nonces, "respaced": _respaced}
SELDOM = {"cut": _cut, "skeleton": _skeleton, "error page": _error_page}


# --- real edits ------------------------------------------------------------------------------------------------------


def _reworded(html: str, spans: list[tuple[int, int]], lot: random.Random) -> str:
    return _replaced(html, spans, lot, r"(?<=[a-z,] )[a-z]{5,12}(?= [a-z])", "reportedly")


def _refigured(html: str, spans: list[tuple[int, int]], lot: random.Random) -> str:
    return _replaced(html, spans, lot, r"(?<=[a-z] )\d{1,4}(?= [a-z])", "77")


def _replaced(html: str, spans: list[tuple[int, int]], lot: random.Random, pattern: str, by: str) -> str:
    for start, end in lot.sample(spans, len(spans)):
        text = html[start:end]
        if "<" not in text[4:-5] and (found := re.search(pattern, text)):
            return html[:start] + text[: found.start()] + by + text[found.end() :] + html[end:]
    return html


def _sentence_added(html: str, spans: list[tuple[int, int]], lot: random.Random) -> str:
    end = lot.choice(spans)[1] - len("</p>")
    return html[:end] + " The ministry did not comment on that." + html[end:]


def _paragraph_added(html: str, spans: list[tuple[int, int]], lot: random.Random) -> str:
    end = lot.choice(spans[:-1])[1]
    return html[:end] + "<p>Officials later confirmed the account and announced an inquiry into it.</p>" + html[end:]


def _last_paragraph_added(html: str, spans: list[tuple[int, int]], _: random.Random) -> str:
    end = spans[-1][1]
    return html[:end] + "<p>This article was amended: an earlier version named the wrong minister.</p>" + html[end:]


def _paragraph_removed(html: str, spans: list[tuple[int, int]], lot: random.Random) -> str:
    start, end = lot.choice(spans)
    return html[:start] + html[end:]


def _paragraph_moved(html: str, spans: list[tuple[int, int]], lot: random.Random) -> str:
    (a, b), (c, d) = spans[0], lot.choice(spans[2:])
    return html[:a] + html[b:c] + html[a:b] + html[c:d] + html[d:]


def _headline(html: str, _: list[tuple[int, int]], __: random.Random) -> str:
    found = re.search(r'<meta[^>]{0,80}og:title[^>]{0,20}content="([^"]{20,200})"', html)
    if found is None:
        return html
    title = found[1]
    return html.replace(title, f"Minister says: {title[:-6]}").replace(
        entities.unescape(title), f"Minister says: {entities.unescape(title)[:-6]}"
    )


EDITS = {
    "word": _reworded,
    "number": _refigured,
    "sentence added": _sentence_added,
    "paragraph added": _paragraph_added,
    "last paragraph": _last_paragraph_added,
    "paragraph removed": _paragraph_removed,
    "paragraph moved": _paragraph_moved,
    "headline": _headline,
}


# --- one page's life -------------------------------------------------------------------------------------------------


@dataclass
class Life:
    """What one page goes through."""

    url: str
    html: str
    spans: list[tuple[int, int]]
    lot: random.Random
    pieces: dict[str, tuple[int, Piece]] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    seldom: str = ""
    edit: str = ""
    at: int = -1
    back: int = -1

    def poll(self, number: int) -> str:
        """The page at one poll."""
        now = Moment(number, random.Random(self.lot.random()))
        edited = self.at <= number and not 0 < self.back <= number
        html, spans = (
            (self.edited, paragraphs_like(self.edited, self.spans))
            if self.at > 0 and edited
            else (self.html, self.spans)
        )
        places = {name: spans[min(index, len(spans) - 1)] for name, (index, _) in self.pieces.items()}
        for name, (start, end) in sorted(places.items(), key=lambda item: -item[1][0]):
            index, piece = self.pieces[name]
            where = start if index == 0 else end
            html = html[:where] + piece(now) + html[where:]
        for name in self.always:
            html = ALWAYS[name](html, now)
        quiet = any(0 <= number - turn <= LATE for turn in (0, self.at, self.back) if turn >= 0)
        return SELDOM[self.seldom](html, now) if self.seldom and not quiet and now.lot.random() < 0.12 else html

    def prepare(self) -> None:
        """Make the edit once; without one where the page does not lend itself to it."""
        self.edited = EDITS[self.edit](self.html, self.spans, random.Random(7)) if self.edit else self.html
        if self.edited == self.html:
            self.edit, self.at, self.back = "", -1, -1


def paragraphs(html: str, gold: str) -> list[tuple[int, int]]:
    """Where the paragraphs of the article stand, as (start, end)."""
    known = _letters(gold)
    return [
        m.span() for m in _PARAGRAPH.finditer(html) if _letters(entities.unescape(_TAGS.sub("", m["inner"]))) in known
    ]


def paragraphs_like(html: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The paragraphs of an edited page that follow the first of the unedited one's."""
    found = [m.span() for m in _PARAGRAPH.finditer(html)]
    return [span for span in found if span[0] >= spans[0][0] and span[1] <= spans[-1][1] + 200] or found


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def lives(directory: Path, pages: int, polls: int, seed: int, only: list[str]) -> list[Life]:
    """Draw the lot for as many pages."""
    gold = json.loads((directory / "ground-truth.json").read_text(encoding="utf-8"))
    found: list[Life] = []
    for name, entry in gold.items():
        if len(found) == pages:
            break
        html = gzip.decompress((directory / "html" / f"{name}.html.gz").read_bytes()).decode("utf-8", "replace")
        spans = paragraphs(html, entry["articleBody"])
        if len(spans) >= 5:
            found.append(_life(entry["url"], html, spans, random.Random(f"{seed} {name}"), polls, only))
    return found


def _life(url: str, html: str, spans: list[tuple[int, int]], lot: random.Random, polls: int, only: list[str]) -> Life:
    life = Life(url, html, spans, lot)
    names = [name for name in (*PIECES, *ALWAYS, *SELDOM) if not only or name in only]
    for name in lot.sample(names, min(len(names), lot.randint(1, 3))):
        if name in PIECES:
            place = lot.choice([0, 1, len(spans) // 2, len(spans) - 1, len(spans) - 1])
            life.pieces[name] = (place, lot.choice(PIECES[name]))
        elif name in ALWAYS:
            life.always = (*life.always, name)
        else:
            life.seldom = name
    if lot.random() < 0.5:
        life.edit, life.at = lot.choice([*EDITS]), lot.randrange(polls // 3, polls * 2 // 3)
        life.back = life.at + lot.randrange(4, 8) if lot.random() < 0.5 else -1
    life.prepare()
    return life


# --- the measure -----------------------------------------------------------------------------------------------------


def measure(chosen: list[Life], polls: int, every: int = 0) -> dict[str, Any]:
    """Live through all of it; what was found, late, missed, and which pieces were taken for edits. `every`: how many pages have a rival."""
    edits: Counter[str] = Counter()
    outcome: Counter[str] = Counter()
    false: Counter[str] = Counter()
    present: Counter[str] = Counter()
    examples: list[str] = []
    started, reverts, compared = time.process_time(), Counter[str](), Compared(every)
    for life in chosen:
        rival = compared.rival()
        told, theirs = _told(life, polls, rival)
        restless = " + ".join([*life.pieces, *life.always, *filter(None, [life.seldom])]) or "nothing"
        for name in (*life.pieces, *life.always, *filter(None, [life.seldom])):
            present[name] += 1
        turns = [turn for turn in (life.at, life.back) if 0 < turn < polls]
        if rival is not None:
            compared.add(turns, polls, told, theirs)
        for turn in turns:
            kind = "undone" if turn == life.back else life.edit
            late = when(turn, told)
            edits[kind] += 1
            outcome[f"{kind}: {'missed' if late is None else 'late' if late else 'at once'}"] += 1
            if late is None:
                examples.append(f"missed {kind} ({restless}) {life.url}")
                continue
            event = told.pop(turn + late)
            if kind == "undone":
                reverts["told as reverted" if event.reverted_to is not None else "not as reverted"] += 1
        for poll, event in told.items():
            false[restless] += 1
            examples.append(
                f"false at {poll} ({restless}) {life.url}: {event.summary} {[(e.kind, e.before[:60], e.after[:60]) for e in event.edits[:3]]}"
            )
    looks = len(chosen) * polls
    return {
        "pages": len(chosen),
        "polls": looks,
        "ms_a_look": round((time.process_time() - started) * 1000 / max(1, looks), 1),
        "edits": sum(edits.values()),
        "at_once": sum(n for name, n in outcome.items() if name.endswith("at once")),
        "late": sum(n for name, n in outcome.items() if name.endswith("late")),
        "missed": sum(n for name, n in outcome.items() if name.endswith("missed")),
        "false": sum(false.values()),
        "outcome": dict(sorted(outcome.items())),
        "undone": dict(reverts),
        "present": dict(present),
        "false_by_pieces": dict(false.most_common()),
        "compared": compared.result(),
        "compared_line": compared.line(),
        "examples": examples,
    }  # fmt: skip


def _told(life: Life, polls: int, rival: TextHash | None) -> tuple[dict[int, ArticleRevised], set[int]]:
    """The revisions made, by the poll at which they were, and the polls at which the rival tells of something."""
    looker, told, theirs = Looker(), {}, set()
    for number in range(polls):
        poll = {
            "path": "/" + life.url.split("/", 3)[-1],
            "ts": (_START + _EVERY * number).timestamp(),
            "html": life.poll(number),
        }
        for event in looker.look(poll).events:
            if isinstance(event, ArticleRevised):
                told[number] = event
        if rival is not None and rival.tells(poll["html"]):
            theirs.add(number)
    return told, theirs


def main() -> int:
    """Print the table; 1 where an edit in twenty is missed or a poll in two hundred raises a false alarm."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ARTICLES, metavar="DIR")
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--polls", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", nargs="*", default=[], choices=[*PIECES, *ALWAYS, *SELDOM], metavar="NAME", help="only these pieces"
    )
    parser.add_argument("--rival", type=int, default=3, metavar="N", help="hold trafilatura against every Nth page")
    parser.add_argument("--examples", type=int, default=10)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    if not (arguments.data / "ground-truth.json").is_file():
        sys.exit(f"no data: {arguments.data} holds no ground-truth.json; name a folder with --data")
    result = measure(
        lives(arguments.data, arguments.pages, arguments.polls, arguments.seed, arguments.only),
        arguments.polls,
        arguments.rival,
    )
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _tell(result, arguments.examples)
    return 0 if result["missed"] * 20 <= result["edits"] and result["false"] * 200 <= result["polls"] else 1


def _tell(result: dict[str, Any], examples: int) -> None:
    print(f"{result['pages']} pages, {result['polls']} polls, {result['ms_a_look']} ms a look")
    print(
        f"  {result['edits']} edits: {result['at_once']} at once, {result['late']} late, {result['missed']} missed; {result['false']} false alarms"
    )
    for name, count in result["outcome"].items():
        print(f"    {name:32} {count:4}")
    print(f"  {result['compared_line']}")
    print(f"  edits undone: {result['undone']}")
    for name, count in result["false_by_pieces"].items():
        print(f"    false: {count:3}  {name}")
    for example in result["examples"][:examples]:
        print("  " + example[:400])


if __name__ == "__main__":
    sys.exit(main())
