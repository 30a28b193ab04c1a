"""Bounds: the zones and the direct speech that a term must stand in, and what of a page may be within them. It knows no queries."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import lru_cache, partial
from typing import Literal

from monitor.core.watch import query as q
from monitor.core.watch.reading import Field, Find, Page

Said = tuple[Literal["said"], int | None]
Bound = q.ZoneName | Said
Bounds = tuple[Bound, ...]
"""Where a term must stand: zones, and direct speech of the entity with that number (None: of anybody named)."""


def present(page: Page, bounds: Bounds) -> AbstractSet[int]:
    """The leaves in the fields of a page where something may be within bounds."""
    return page.present_in(places, partial(may_be_within, places)) if (places := _places(bounds)) else page.present


@lru_cache(1_000)
def _places(bounds: Bounds) -> Bounds:
    """The same bounds for all speakers, so that what may be said by any is worked out once."""
    return tuple(("said", None) if isinstance(bound, tuple) else bound for bound in bounds)


def may_be_within(bounds: Bounds, field: Field) -> bool:
    """Whether anything in a field can stand in all of some zones: never False where something does."""
    return all(_may_be_in(field, bound) for bound in bounds)


def within(page: Page, find: Find, bounds: Bounds) -> bool:
    """Whether a find stands in all of some zones."""
    return all(_is_in(page, find, bound) for bound in bounds)


def _may_be_in(field: Field, bound: Bound) -> bool:
    """Whether anything in a field can be within a bound."""
    match bound:
        case "title" | "byline":
            return field.zone == bound
        case "lede":
            return field.is_lede
        case "body":
            return field.zone == "body" and field.kind != "caption"
        case "caption":
            return field.kind == "caption"
        case "quote":
            return field.kind == "quote" or bool(field.line.spoken)
        case _:
            return bool(field.line.spoken)


def _is_in(page: Page, find: Find, bound: Bound) -> bool:
    here = page.fields[find.field]
    match bound:
        case "quote":
            return here.kind == "quote" or page.quotation(find) is not None
        case (_, speaker):
            quotation = page.quotation(find)
            if quotation is None or not quotation.speakers:
                return False
            return speaker is None or page.speaks(speaker, find.field, quotation)
        case _:
            return _may_be_in(here, bound)
