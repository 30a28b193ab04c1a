"""How two configurations differ, as the log says it: names only, every name, never more than can be read."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from monitor.core import configured
from monitor.core.configured import Configured, decode, difference, encode, said

NOW = datetime(2015, 11, 15, 12, tzinfo=UTC)
tables = st.dictionaries(
    st.sampled_from(["feeds", "watchlists", "channels"]),
    st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.sampled_from(["1", "2"])),
)


@given(tables, tables)
def test_what_is_said_is_what_differs(before, after):
    event = difference(Configured("r", before), Configured("r", after), at=NOW, how="reload")
    for table in ("feeds", "watchlists", "channels"):
        old, new = before.get(table, {}), after.get(table, {})
        assert set(event.added.get(table, ()) if event else ()) == new.keys() - old.keys()
        assert set(event.removed.get(table, ()) if event else ()) == old.keys() - new.keys()
        changed = {name for name in old.keys() & new.keys() if old[name] != new[name]}
        assert set(event.changed.get(table, ()) if event else ()) == changed
    if event:
        assert event.left_out == 0


@given(tables)
def test_the_log_keeps_it_as_it_is(found):
    assert decode(encode(Configured("r", found))) == Configured("r", found)
    assert decode(b"") is None
    assert difference(Configured("r", found), Configured("r", found), at=NOW, how="start") is None


def test_another_name_of_the_same_rules_is_said_so_that_alerts_can_be_traced():
    event = difference(Configured("r1", {}), Configured("r2", {}), at=NOW, how="start")
    assert (event.ruleset_before, event.ruleset, said(event)) == ("r1", "r2", "how rulesets are named")


def test_a_secret_that_changed_is_a_change_of_its_channel():
    same = Configured("r", {"channels": {"desk": "1", "new": "1"}})
    event = difference(same, same, at=NOW, how="reload", resealed={"desk"})
    assert event.changed == {"channels": ("desk",)}
    fresh = difference(Configured("r", {}), same, at=NOW, how="reload", resealed={"desk"})
    assert (fresh.added, fresh.changed) == ({"channels": ("desk", "new")}, {})


def test_what_cannot_be_read_is_counted(monkeypatch):
    monkeypatch.setattr(configured, "MOST", 2)
    after = Configured("r", {"feeds": dict.fromkeys("abcde", "1")})
    event = difference(Configured("r", {}), after, at=NOW, how="start")
    assert (event.added, event.left_out) == ({"feeds": ("a", "b")}, 3)
    assert said(event) == "feeds +a +b; and 3 more"
