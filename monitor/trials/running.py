"""A try: the query is read, then held against a text, against all that happened to an article, against the last days. It reads the views alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from monitor.core.content import Block, Content
from monitor.core.watch.checks import Known, flaws
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.explain import explain
from monitor.core.watch.grammar import BadQuery, Read, parse
from monitor.core.watch.rules import DEFAULT_ON, EVERYTHING, Hit, Watchlist
from monitor.core.watch.wording import in_words
from monitor.store.views import Reader
from monitor.store.views.rows import ArticleRow
from monitor.trials.past import Judge
from monitor.trials.table import NAME, table
from monitor.trials.values import Asked, Errand, Found, History, Outcome, Remark, Trial, spots

MOST_SPOTS: Final = 20
MOST_TERMS: Final = 20  # that stand, or are put out
LONGEST_WORDING: Final = 2_000  # characters


def run(errand: Errand) -> Outcome:
    """Try it. Raises ViewsUnavailable where a past is asked for and nothing was recorded yet."""
    try:
        read = parse(errand.asked.query)
    except BadQuery as error:
        return Outcome(wrong=(Remark(error.flaw.at, str(error)),))
    known = Known([entity.id for entity in errand.entities], errand.sources)
    if wrong := tuple(Remark(flaw.at, str(flaw)) for flaw in flaws(read.query, known)):
        return Outcome(wrong=wrong)
    return Outcome(_trial(errand, read))


def _trial(errand: Errand, read: Read) -> Trial:
    asked = errand.asked
    book = _book(read, errand, everything=asked.everything)
    names = {entity.id: entity.aliases[0] for entity in errand.entities}
    trial = Trial(
        words=in_words(read.query, names)[:LONGEST_WORDING],
        toml=table(asked.query, everything=asked.everything),
        warnings=tuple(Remark(at, warning) for at, warning in read.warnings),
        text=_found(book, _pasted(asked)) if asked.text.strip() or asked.title.strip() else None,
    )
    if not (asked.article or asked.days):
        return trial
    with Reader(Path(errand.views)) as reader, reader.snapshot():
        judge = Judge(book, reader, errand.now)
        article = next(iter(reader.articles_named([asked.article], 1)), None) if asked.article else None
        return msgspec.structs.replace(
            trial,
            article=_history(_book(read, errand, everything=True), reader, judge, article) if article else None,
            recent=judge.past(days=asked.days) if asked.days else None,
        )


def _book(read: Read, errand: Errand, *, everything: bool) -> Rulebook:
    watchlist = Watchlist(NAME, query=read.query, on=EVERYTHING if everything else DEFAULT_ON)
    return Rulebook.compile([watchlist], errand.entities)


def _history(book: Rulebook, reader: Reader, judge: Judge, article: ArticleRow) -> History:
    content = reader.content(article.id, article.revision)
    stands = _found(book, content, article) if content else None
    return History(article.id, article.url, article.title, stands, judge.past(article=article.id))


def _pasted(asked: Asked) -> Content:
    """A text as somebody pastes it: its lines are paragraphs, for that is how pages come out of a clipboard."""
    lines = (" ".join(line.split()) for line in asked.text.splitlines())
    blocks = tuple(Block("paragraph", line) for line in lines if line)
    return Content(" ".join(asked.title.split()), lang=asked.lang, blocks=blocks)


def _found(book: Rulebook, content: Content, article: ArticleRow | None = None) -> Found:
    """What the query makes of a text, were it new."""
    source, tags, url = (article.source, article.tags, article.url) if article else ("", (), "")
    [found] = explain(book, book.event(None, content, how="new", source=source, tags=tags, url=url))
    hits: tuple[Hit, ...] = found.verdict.hits if found.verdict else ()
    more = found.verdict.omitted if found.verdict else 0
    return Found(
        holds=found.verdict is not None,
        spots=spots(hits, MOST_SPOTS),
        omitted=max(0, len(hits) - MOST_SPOTS) + more,
        stood=found.stood[:MOST_TERMS],
        excluded=found.excluded[:MOST_TERMS],
        reason=found.reason,
    )
