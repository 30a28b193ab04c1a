"""A feed that was taken over, and one that only moved house."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.takeover import Home, seen

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
AT_HOME = Home(("post.example",))
KNOWN = {f"old{n}" for n in range(20)}
NEW = [f"new{n}" for n in range(20)]


def urls(host: str, count: int = 20) -> list[str]:
    return [f"https://www.{host}/{n}" for n in range(count)]


def test_a_first_look_learns_where_the_feed_is_at_home() -> None:
    assert seen(Home(), (), NEW, urls("post.example"), NOON) == AT_HOME
    assert seen(Home(), (), NEW, [f"https://site{n}.example/" for n in range(20)], NOON) == Home()
    assert seen(AT_HOME, KNOWN, [], [], NOON) == AT_HOME


@pytest.mark.case(id="P14")
def test_entries_that_are_all_new_and_all_lead_elsewhere_are_strange() -> None:
    assert seen(AT_HOME, KNOWN, NEW, urls("casino.example"), NOON) == Home(("post.example",), NOON, 1)


@pytest.mark.parametrize(
    ("home", "keys", "links"),
    [
        (AT_HOME, NEW, urls("post.example")),
        (AT_HOME, NEW, [*urls("other.example", 19), "https://edition.POST.example/x"]),
        (AT_HOME, ["old3", *NEW], urls("other.example")),
        (AT_HOME, NEW[:4], urls("other.example", 4)),
        (Home(), NEW, urls("other.example")),
        (AT_HOME, NEW, [""] * 20),
    ],
    ids=["at home", "one at home", "one is known", "too few", "at home nowhere", "without links"],
)
def test_anything_less_is_news(home: Home, keys: list[str], links: list[str]) -> None:
    assert seen(home, KNOWN, keys, links, NOON).strange_looks == 0


@pytest.mark.parametrize(("hours", "believed"), [((0, 1, 23), False), ((0, 25), False), ((0, 1, 24), True)])
def test_it_is_believed_after_three_looks_over_a_day(hours: tuple[int, ...], believed: bool) -> None:
    home = AT_HOME
    for hour in hours:
        home = seen(home, KNOWN, NEW, urls("casino.example"), NOON + timedelta(hours=hour))
    assert (home == Home(("casino.example",))) is believed
    assert (home.strange_looks == len(hours)) is not believed


def test_one_look_at_what_was_there_ends_it() -> None:
    home = seen(AT_HOME, KNOWN, NEW, urls("casino.example"), NOON)
    assert seen(home, KNOWN, ["old1", *NEW], urls("post.example"), NOON) == AT_HOME


@given(
    st.lists(st.sampled_from(["a.example", "b.example", "c.example", "d.example", "e.example"]), max_size=9),
    st.sets(st.sampled_from(NEW[:9])),
    st.lists(st.sampled_from(["a.example", "b.example"]), max_size=3),
)
def test_whatever_was_known_or_leads_home_is_never_strange(hosts: list[str], known: set[str], home: list[str]) -> None:
    before = Home(tuple(sorted(set(home))))
    keys = NEW[: len(hosts)]
    after = seen(before, known, keys, [f"https://{host}/" for host in hosts], NOON)
    if known & set(keys) or set(home) & set(hosts) or len(hosts) < 5:
        assert after.strange_looks == 0
    assert set(after.sites) <= set(home) | set(hosts)
