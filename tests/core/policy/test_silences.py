"""Silences and inhibitions: what is in force is the fold of what was said."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.events import SilenceExpired
from monitor.core.policy import silences
from monitor.core.policy.silences import Inhibition, Muted, Mutes, TooMany, fold, inhibitions, muted, set_silence

NOON = datetime(2015, 11, 16, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RAQQA = {"watchlist": ("raqqa",), "site": ("post.example",)}


def silence(mutes=Mutes(), matchers=None, *, at=NOON, until=NOON + HOUR, comment="maintenance"):  # noqa: B008
    return set_silence(mutes, matchers or {"watchlist": ("raq*",)}, at=at, until=until, comment=comment, by="editor")


def test_a_silence_is_in_force_from_its_beginning_to_its_end():
    event = silence()
    mutes = fold(Mutes(), event)
    assert muted(mutes, (), "alert_1", RAQQA, NOON) == Muted("silenced", event.silence)
    assert muted(mutes, (), "alert_1", RAQQA, NOON + HOUR) is None
    assert muted(mutes, (), "alert_1", RAQQA, NOON - HOUR) is None
    assert muted(mutes, (), "alert_1", {"watchlist": ("war",)}, NOON) is None


def test_a_silence_that_was_ended_is_over():
    event = silence()
    mutes = fold(fold(Mutes(), event), SilenceExpired(NOON, event.silence, "editor"))
    assert mutes == Mutes()


def test_what_has_run_out_leaves_with_the_next_event():
    mutes = fold(Mutes(), silence())
    later = silence(mutes, at=NOON + 2 * HOUR, until=NOON + 3 * HOUR)
    assert fold(mutes, later).silences == (later,)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"comment": "  "}, "comment"), ({"until": NOON}, "end"), ({"until": NOON - HOUR}, "end")],
)
def test_a_silence_needs_a_comment_and_an_end(wrong, says):
    with pytest.raises(ValueError, match=says):
        silence(**wrong)


def test_a_silence_of_everything_is_refused():
    with pytest.raises(ValueError, match="label"):
        set_silence(Mutes(), {}, at=NOON, until=NOON + HOUR, comment="x", by="editor")


def test_no_more_silences_than_are_kept():
    full = Mutes(tuple(silence(comment=str(number)) for number in range(silences.MOST)))
    with pytest.raises(TooMany):
        silence(full)


def test_an_inhibition_begins_once_and_never_holds_its_own_source():
    rule = Inhibition("1", by={"severity": ("critical",)}, match={"severity": ("info",)}, equal=("site",), lasting=HOUR)
    loud = {**RAQQA, "severity": ("critical",)}
    [started] = inhibitions(Mutes(), [rule], "alert_1", loud, NOON)
    assert started.equal == {"site": ("post.example",)}
    mutes = fold(Mutes(), started)
    assert inhibitions(mutes, [rule], "alert_1", loud, NOON) == ()
    low = {**RAQQA, "severity": ("info",)}
    assert muted(mutes, [rule], "alert_2", low, NOON) == Muted("inhibited", "alert_1")
    assert muted(mutes, [rule], "alert_1", low, NOON) is None
    assert muted(mutes, [rule], "alert_2", loud, NOON) is None
    assert muted(mutes, [rule], "alert_2", {**low, "site": ("wire.example",)}, NOON) is None
    assert muted(mutes, [rule], "alert_2", low, NOON + HOUR) is None
    assert muted(mutes, [], "alert_2", low, NOON) is None, "a rule that was taken out of the file holds nobody"


def test_the_snapshot_reads_back():
    import msgspec

    mutes = fold(Mutes(), silence())
    assert silences.decode(msgspec.json.encode(mutes)) == mutes
    assert silences.decode(b"") == Mutes()
