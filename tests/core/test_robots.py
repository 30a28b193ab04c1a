"""robots.txt: 142 verdicts of a published parser, and laws."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.robots import LONGEST_LINE, MOST_BYTES, MOST_RULES, _matches, parse

CASES = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "robots" / "cases.json"


def test_the_published_verdicts():
    if not CASES.exists():
        pytest.skip(f"no robots cases: {CASES} is not there")
    cases = json.loads(CASES.read_text())
    wrong = [case for case in cases if parse(case["robots_txt"], case["agent"]).allow(case["url"]) != case["allowed"]]
    assert len(cases) == 142
    assert not wrong


@pytest.mark.parametrize(
    ("text", "url", "allowed"),
    [
        ("", "https://post.example/a", True),
        ("User-agent: *\nDisallow: /private/", "https://post.example/private/a", False),
        ("User-agent: *\nDisallow: /private/", "https://post.example/a", True),
        ("User-agent: Monitor\nDisallow:\n\nUser-agent: *\nDisallow: /", "https://post.example/a", True),
        ("User-agent: Monitor/1.0\nDisallow: /", "https://post.example/a", False),
        ("\ufeffUser-agent: *\r\nDisallow: /\r\nAllow: /world", "https://post.example/world/a", True),
        ("User-agent: *\nDisallow: /*?*print=", "https://post.example/a?x=1&print=1", False),
        ("User-agent: *\nDisallow: /a*b*c$", "https://post.example/axxbyyc", False),
        ("User-agent: *\nDisallow: /a*b*c$", "https://post.example/axxbyycd", True),
        ("User-agent: *\nDisallow: *", "https://post.example/", False),
    ],
)
def test_more_verdicts(text, url, allowed):
    assert parse(text.encode(), "Monitor").allow(url) is allowed


patterns = st.text(alphabet="ab/*$", max_size=8)
paths = st.text(alphabet="ab/$", max_size=10).map(lambda tail: f"/{tail}")


@given(paths, patterns)
def test_matching_is_what_a_regular_expression_says(path, pattern):
    anchored = pattern.endswith("$")
    body = "".join(".*" if char == "*" else re.escape(char) for char in pattern.removesuffix("$"))
    assert _matches(path, pattern) is bool(re.match(body + (r"\Z" if anchored else ""), path))


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_bytes_are_a_file_and_any_address_gets_an_answer(text, path):
    assert parse(text, "Monitor").allow(f"https://post.example/{path.replace('[', '')}") in {True, False}


def test_no_file_takes_long():
    hostile = "User-agent: *\n" + f"Disallow: /{'*a' * 4000}$\n" * 200 + "Disallow: /x\n" * 100_000
    robots = parse(hostile, "Monitor")
    assert len(robots.rules) <= MOST_RULES
    assert robots.allow("https://post.example/" + "a" * 3000 + "b")
    assert MOST_BYTES > LONGEST_LINE
