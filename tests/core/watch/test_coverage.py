"""Which alias found what: counted over texts and alerts, in memory that what was never found takes none of."""

from __future__ import annotations

from monitor.core.content import Block, Content
from monitor.core.watch.coverage import Coverage
from monitor.core.watch.rules import Entity

HOLLANDE = Entity("hollande", ("François Hollande", "Hollande", "hollande ", "françois hollande"))
ISIS = Entity("isis", ("{ISIS}", "Daesh"), reject_near=("river",))


def text(*paragraphs: str) -> Content:
    return Content("", blocks=tuple(Block("paragraph", words) for words in paragraphs))


def counted(*steps: tuple[str, Content | None, Content | None]) -> Coverage:
    coverage = Coverage([HOLLANDE, ISIS])
    for article, before, after in steps:
        how = "new" if before is None else "edit" if after else "gone"
        coverage.text(article, coverage.book.event(before, after, how=how, source="post"))  # type: ignore[arg-type]  # one of How
    return coverage


def found(coverage: Coverage) -> dict[str, int]:
    return {each.alias: each.articles for each in coverage.found() if each.articles}


def test_an_alias_counts_where_it_comes_into_an_article() -> None:
    said, silent = text("Hollande spoke. François Hollande left."), text("Nobody spoke.")
    assert found(counted(("a", None, said), ("a", said, said), ("b", None, said))) == {
        "François Hollande": 2,
        "Hollande": 2,
    }
    assert found(counted(("a", None, said), ("a", said, silent), ("a", silent, said))) == {
        "François Hollande": 2,
        "Hollande": 2,
    }
    assert found(counted(("a", said, silent))) == {}
    assert found(counted(("a", said, said))) == {
        "François Hollande": 1,
        "Hollande": 1,
    }  # its beginning lies before what is read
    assert found(counted(("a", said, None))) == {}


def test_what_never_was_found_says_why() -> None:
    coverage = counted(
        ("a", None, text("Hollande: the river ISIS rose.")),
        ("b", None, text("ISIS claimed it; the river, much later, ISIS.")),
    )
    never = {each.alias: (each.same_as, each.rejected) for each in coverage.never()}
    assert never == {
        "François Hollande": ("", 0),
        "hollande ": ("Hollande", 0),
        "françois hollande": ("", 0),
        "{ISIS}": ("", 2),
        "Daesh": ("", 0),
    }


def test_alerts_count_their_hits() -> None:
    coverage = counted()
    coverage.alert(
        {
            "hits": [
                {"entity": "isis", "term": "Daesh"},
                {"entity": "isis", "term": "Daesh"},
                {"entity": "other", "term": "x"},
                {"term": "war"},
            ]
        }
    )
    assert [(each.alias, each.alerts) for each in coverage.found()] == [("Daesh", 1)]


def test_one_of_very_many_names_is_counted_and_the_others_cost_nothing() -> None:
    coverage = Coverage(Entity(f"e{number}", (f"name {number}", f"alias {number}")) for number in range(20_000))
    coverage.text("a", coverage.book.event(None, text("It is name 19999."), how="new", source="post"))
    assert [(each.entity, each.articles) for each in coverage.found()] == [("e19999", 1)]
    assert sum(1 for _ in coverage.never()) == coverage.aliases - 1 == 39_999
