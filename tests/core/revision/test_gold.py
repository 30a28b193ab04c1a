import importlib.util
import json
from collections import Counter
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from monitor.core.events import Edit
from monitor.core.revision.classify import edits

ROOT = Path(__file__).resolve().parents[2]
FLOORS = {
    "headline": 0.98, "figure": 0.97, "quote_added": 0.97, "quote_removed": 0.97, "correction_added": 0.97, "correction_removed": 0.97,
    "stamp_only": 0.98, "quote_reworded": 0.95, "quote_reattributed": 0.95, "hedge": 0.95, "typo": 0.95, "byline": 0.95, "cosmetic": 0.95,
    "quote_moved": 0.9, "figure_added": 0.9, "figure_removed": 0.9, "update_added": 0.95,
}  # fmt: skip
MIRROR = {"added": "removed", "removed": "added"}
WHOLE = {"paragraph_changed", "paragraph_moved", "quote_moved"}  # they tell whole passages, each in its own text


@pytest.fixture(scope="module")
def gold() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gold", ROOT / "bench/gold.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_gold_set_is_told_as_well_as_ever(gold: ModuleType) -> None:
    kinds, _, faults = gold.measure(gold.GOLD)
    reached = {kind: gold.scores(kinds[kind])[2] for kind in FLOORS}
    assert {kind: f1 for kind, f1 in reached.items() if f1 < FLOORS[kind]} == {}, faults


def test_every_language_is_told(gold: ModuleType) -> None:
    _, languages, faults = gold.measure(gold.GOLD)
    low = {
        key: gold.scores(counts)[2]
        for key, counts in languages.items()
        if key[0] in {"figure", "hedge", "quote_removed"}
    }
    assert {key: f1 for key, f1 in low.items() if f1 < 0.9} == {}, faults


def mirrored(edit: Edit) -> tuple[str, ...]:
    """An edit as it is told where the two texts are swapped."""
    stem, _, verb = edit.kind.rpartition("_")
    kind = f"{stem}_{MIRROR[verb]}" if verb in MIRROR else edit.kind
    return told(msgspec.structs.replace(edit, kind=kind, before=edit.after, after=edit.before))


def told(edit: Edit) -> tuple[str, ...]:
    kind = "paragraph_changed" if edit.kind == "lede" else edit.kind
    return (kind,) if kind in WHOLE else (kind, edit.before, edit.after)


def test_swapped_texts_give_the_mirrored_edits(gold: ModuleType) -> None:
    for line in gold.GOLD.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        old, new = (gold.content(pair[side], pair["lang"]) for side in ("before", "after"))
        assert Counter(map(told, edits(old, new))) == Counter(map(mirrored, edits(new, old))), pair["id"]
