"""How a feed is, in words: every state has a sentence that names its facts, and the gravest of several is the word for it."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.condition import STATES, Known, condition

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
GOOD = Known("post", "https://post.example/rss")
FAILS = {"state": "failing", "reason": "http_500", "status": 500, "failures": 3, "last_ok": NOON}
BAD = {
    "gone": {**FAILS, "reason": "http_410", "status": 410, "gone_since": NOON},
    "blocked": {**FAILS, "reason": "http_403", "status": 403},
    "failing": FAILS,
    "stale": {"stale_since": NOON, "last_new": NOON, "usual_pause": 7200.0},
    "moved": {"moved_from": "https://post.example/old"},
    "lying": {"lying_since": NOON},
    "slow": {"slow_since": NOON, "answer": 6.5, "usual_answer": 0.4},
}


def how(**facts):
    return condition(msgspec.structs.replace(GOOD, **facts), lambda at: f"{at:%H:%M}")


@pytest.mark.parametrize(
    ("state", "says", "do"),
    [
        ("gone", "Is there no more since 12:00 (http_410); last read 12:00.", "It is still asked once a day."),
        ("blocked", "refuses to let it be read (http_403), 3 times in a row", "`polling.contact`"),
        ("failing", "Cannot be read (http_500), 3 times in a row; last read 12:00.", "asked again and again"),
        ("stale", "nothing new since 12:00, and seldom pauses for more than 2 hours.", "it may publish elsewhere"),
        ("moved", "from https://post.example/old", 'url = "https://post.example/rss"'),
        ("lying", "nothing has changed where something has (found at 12:00)", "five changes in a row"),
        ("slow", "Answers in 6.5 s, usually in 0.4 s.", "`polling.timeout`"),
        ("working", "Works.", ""),
    ],
)
def test_each_state_says_its_facts_and_what_to_do(state, says, do):
    found = how(**BAD.get(state, {}))
    assert found.state == state
    assert says in found.says
    assert do in found.do
    assert found.besides == ()


@given(st.sets(st.sampled_from(sorted(BAD))))
def test_the_gravest_is_the_word_and_nothing_else_is_kept_back(states):
    facts = {}
    for state in sorted(states, key=STATES.index, reverse=True):
        facts |= BAD[state]
    found = how(**facts)
    assert found.state == min(states, key=STATES.index, default="working")
    others = states - {"gone", "blocked", "failing"} - {found.state}
    assert len(found.besides) == len(others)


def test_windows_of_loss_are_told_with_their_bounds():
    [once] = how(gaps=1, gap_since=NOON, gap_until=NOON).besides
    assert once == (
        "Once a look knew none of its entries, so that others may have come and gone between 12:00 and 12:00. Poll it more often."
    )
    assert "3 times" in how(gaps=3, gap_since=NOON, gap_until=NOON).besides[0]


@pytest.mark.parametrize(
    "reason", ["tls", "dns", "not_a_feed", "replaced", "bomb", "http_404", "timeout", "http_429", "no_such_host"]
)
def test_there_is_something_to_do_about_every_failure(reason):
    found = how(state="failing", reason=reason, failures=3)
    assert found.do.endswith((".", "`."))
    assert "never read" in found.says
