"""The ledger of a backtest: both sides are counted, whatever their order and number, and it stays small."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.events import AlertRaised
from monitor.core.policy.backtest import Ledger, kind, standing

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)


def alert(number: int, watchlist: str, quiet: str) -> AlertRaised:
    data: dict[str, Any] = {"summary": f"alert {number}", "article": {"url": f"https://post.example/{number}"}}
    return AlertRaised(
        at=NOON + timedelta(minutes=number), alert=f"alert_{number}", article="article_1", revision=1, watchlist=watchlist,
        severity="info", changes=("appeared",), notify=(), backlog=quiet == "backlog", data=data, template=quiet if quiet == "template" else "",
    )  # fmt: skip


STANDINGS = st.sampled_from(["", "alert", "backlog", "template"])
PAIRS = st.lists(
    st.tuples(st.sampled_from("ab"), STANDINGS, STANDINGS).filter(lambda pair: pair[1] or pair[2]), max_size=12
)


@given(PAIRS, st.sampled_from([2, 1_000]))
def test_every_alert_of_either_side_is_counted_once(pairs: list[tuple[str, Any, Any]], most: int) -> None:
    ledger = Ledger(most)
    for number, (watchlist, would, did) in enumerate(pairs):
        if would:
            ledger.would(alert(number, watchlist, would))
        if did:
            assert ledger.expects(alert(number, watchlist, did)) is bool(would)
            ledger.did(alert(number, watchlist, did), "" if would else "it is gone")
    ledger.close()
    expected = Counter((watchlist, kind(would, did)) for watchlist, would, did in pairs)
    for (watchlist, what), count in expected.items():
        assert getattr(ledger.totals[watchlist], what) == count
    assert sum(sum(msgspec.structs.astuple(totals)) for totals in ledger.totals.values()) == len(pairs)
    assert len(ledger.rows) == min(most, len(pairs))
    assert ledger.omitted == len(pairs) - len(ledger.rows)
    assert [row.at for row in ledger.rows] == sorted(row.at for row in ledger.rows)


def test_an_alert_that_would_be_backlog_is_no_more_and_says_so() -> None:
    ledger = Ledger()
    ledger.would(alert(1, "a", "backlog"))
    ledger.did(alert(1, "a", "alert"))
    ledger.close()
    [row] = ledger.of("only_did")
    assert (row.would, row.did, row.reason) == ("backlog", "alert", "it would be backlog")
    assert ledger.reasons("a") == [("it would be backlog", 1)]
    assert standing(alert(2, "a", "template")) == "template"
