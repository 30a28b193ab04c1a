"""Each case of docs/hostile.md has a test that names it, and each name is a case: one goes from the table to the tests and back."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
TABLE = TESTS.parent / "docs" / "hostile.md"
ROW = re.compile(r"^\| ([FSP]\d\d) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
CASES = [f"{kind}{number:02}" for kind, last in (("F", 24), ("S", 22), ("P", 21)) for number in range(1, last + 1)]


@cache
def marked():
    """The files that name each case: in a mark, or as a key of a table of parameters."""
    found = defaultdict(set)
    for path in (*TESTS.rglob("test_*.py"), TESTS / "spellings.py"):
        name, text = str(path.relative_to(TESTS)), path.read_text("utf-8")
        if "mark.case(" not in text and path.name != "spellings.py":
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.case":
                for word in node.keywords:
                    if isinstance(word.value, ast.Constant):
                        found[word.value.value].add(name)
            elif isinstance(node, ast.Dict) and path.name == "spellings.py":
                for key in node.keys:
                    found[ast.literal_eval(key)].add("net/test_target.py")
    return found


@pytest.mark.parametrize("case", CASES)
def test_each_case_stands_in_the_table_with_the_files_of_its_tests(case):
    rows = [row for row in ROW.findall(TABLE.read_text("utf-8")) if row[0] == case]
    assert len(rows) == 1
    assert set(re.findall(r"`([\w/]+\.py)`", rows[0][3])) == marked()[case] != set()


def test_no_test_names_a_case_that_is_none():
    assert marked().keys() <= set(CASES)
