"""What a reversal overtakes, and which alert says so itself."""

from datetime import UTC, datetime

import msgspec
import pytest

from monitor.core.events import Telling
from monitor.core.policy import corrections
from monitor.core.policy.corrections import MOST, Thread, Undone, noted, overtaken, supersedes, taken_back, told

NOON = datetime(2015, 11, 16, 12, tzinfo=UTC)
NOW = (Telling("desk", "", "now"),)


@pytest.fixture
def alert(every_kind):
    def made(name, revision, how="edit", watchlist="war"):
        data = {**every_kind[0].data, "how": how}
        return msgspec.structs.replace(every_kind[0], alert=name, revision=revision, watchlist=watchlist, data=data)

    return made


def test_a_reversal_overtakes_what_was_told_since_the_text_that_came_back(alert):
    thread = Thread()
    for name, revision in (("a1", 1), ("a2", 2), ("a3", 3), ("a4", 4)):
        thread = told(thread, alert(name, revision), NOW)
    assert [one.alert for one in overtaken(thread, Undone("e", 4, 1))] == ["a2", "a3"]
    assert overtaken(thread, Undone("e", 2, 1)) == []


def test_a_page_that_is_back_overtakes_that_it_was_gone(alert):
    thread = told(told(Thread(), alert("a", 2), NOW), alert("g", 2, how="gone"), NOW)
    assert [one.alert for one in overtaken(thread, Undone("e", 2))] == ["g"]


def test_what_was_taken_back_is_not_taken_back_again(alert):
    thread = told(Thread(), alert("a2", 2), NOW)
    thread = taken_back(thread, frozenset({"a2"}))
    assert overtaken(thread, Undone("e", 3, 1)) == []


def test_an_alert_about_the_reversal_speaks_for_its_own_watchlist_alone(alert):
    thread = told(told(Thread(), alert("w2", 2), NOW), alert("r2", 2, watchlist="raqqa"), NOW)
    thread = noted(thread, Undone("e", 3, 1))
    reversal = alert("w3", 3)
    assert supersedes(thread, reversal) == "w2"
    thread = told(thread, reversal, NOW)
    assert [one.alert for one in overtaken(thread, Undone("e", 3, 1))] == ["r2"]
    assert told(thread, reversal, NOW) == thread
    assert supersedes(thread, reversal) == "w2", "deciding it again gives the same answer"


def test_an_alert_of_another_revision_supersedes_nothing(alert):
    thread = noted(told(Thread(), alert("w2", 2), NOW), Undone("e", 3, 1))
    assert supersedes(thread, alert("w4", 4)) is None


def test_a_thread_is_bounded_and_reads_back(alert):
    thread = Thread()
    for number in range(MOST + 20):
        thread = noted(told(thread, alert(f"a{number}", number + 1), NOW), Undone(f"e{number}", number, 1))
    assert (len(thread.told), len(thread.undone)) == (MOST, MOST)
    assert corrections.decode(msgspec.json.encode(thread)) == thread
    assert corrections.decode(b"") == Thread()
