"""Logs: one line a decision, that nobody outside can forge."""

import json
import logging

import pytest
import structlog

from monitor import telemetry


@pytest.fixture
def line(capsys):
    """Logs in a form, and gives the one line that came."""

    def log(form, event="feed failed", **facts):
        telemetry.configure("info", form)
        structlog.get_logger().warning(event, **facts)
        structlog.get_logger().debug("not at this level")
        return capsys.readouterr()

    return log


def test_json_for_programs(line):
    printed = line("json", feed="post", failures=3)
    fact = json.loads(printed.err)
    assert fact.pop("at").endswith("Z")
    assert fact == {"event": "feed failed", "level": "warning", "feed": "post", "failures": 3}
    assert printed.out == "", "standard output is for answers"


def test_a_line_for_people(line):
    assert "feed failed" in line("console", feed="post").err


def test_auto_is_json_where_nobody_looks(line):
    assert json.loads(line("auto").err)["event"] == "feed failed"


@pytest.mark.case(id="P20")
@pytest.mark.parametrize("form", ["json", "console"])
def test_u11_no_title_forges_a_line_or_repaints_a_terminal(line, form):
    title = "Breaking\n2015-11-15 [error] all is lost\x1b[2J\x9b\u202eevil"
    printed = line(form, title=title).err
    assert printed.count("\n") == 1
    assert not {"\x1b[2J", "\x9b", "\u202e"} & {printed[i : i + n] for i in range(len(printed)) for n in (1, 4)}


def test_libraries_log_in_the_same_form(line, capsys):
    telemetry.configure("info", "json")
    logging.getLogger("some.library").warning("beware of %s", "the dog")
    assert json.loads(capsys.readouterr().err)["event"] == "beware of the dog"


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_values_for_they_may_be_secrets(form, capsys):
    secret = "whsec_hunter2"

    def send(_token, _headers):
        raise ValueError("nobody foresaw this")

    telemetry.configure("debug", form)
    try:
        send(secret, {"authorization": f"Bearer {secret}"})
    except ValueError:
        structlog.get_logger().exception("job failed unexpectedly")
    printed = capsys.readouterr().err
    assert "nobody foresaw this" in printed
    assert "in send" in printed or '"name": "send"' in printed
    assert "hunter2" not in printed
