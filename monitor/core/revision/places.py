"""What is known of the restless places of a page, and how long a difference there has to stand until it is believed.

A place is known by its neighbours, or by a text that was seen there before. Each sign of unrest (a text that comes back, that goes
at once, that gives way to a wholly different one again and again) makes it wait longer. It does not read the texts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

_MOST_TEXTS = 24
_MOST_HELD = 8
_QUICK = 3  # looks within which a second change is a quick one
_PATIENCE = (0, 0, 6, 12, 48)  # looks that a difference has to stand, by signs of unrest
_PATIENCE_WITH_STRANGE = (0, 12, 48)  # the same for a text that has nothing to do with the story
NOTHING = ""


class Held(msgspec.Struct, frozen=True, array_like=True):
    """A difference that is not believed yet: hashes of the text on record and of the text seen instead, and since which look."""

    old: str
    new: str
    since: int


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place of the page that changed: its neighbours, the texts seen there (newest last), its signs of unrest.

    `last` is the look of its newest change; `swaps` counts the texts that gave way to quite another or were counted on;
    `held` are the differences that are waiting. Texts are hashes, `NOTHING` where none stood.
    """

    before: str
    after: str
    last: int
    texts: tuple[str, ...] = ()
    unrest: int = 0
    swaps: int = 0
    held: tuple[Held, ...] = ()

    def waiting(self, old: str, new: str) -> Held | None:
        """The difference, where it is held."""
        return next((one for one in self.held if (one.old, one.new) == (old, new)), None)

    def knows(self, text: str) -> bool:
        """Whether the text stood here before."""
        return text in self.texts

    def is_quick(self, look: int) -> bool:
        """Whether a change now follows closely upon the one before."""
        return bool(self.texts) and look - self.last <= _QUICK

    def has_returned(self, old: Collection[str], new: Collection[str]) -> bool:
        """Whether a text that stood here comes back, or one goes that had come."""
        return any(map(self.knows, new)) or (not new and any(map(self.knows, old)))

    def stirred(self, texts: Sequence[str], difference: tuple[str, str], look: int, *, signs: int, swap: bool) -> Place:
        """The place after a new difference between `texts`, with so many signs of unrest."""
        stay = tuple(text for text in self.texts if text not in texts)
        return msgspec.structs.replace(
            self,
            texts=(*stay, *texts)[-_MOST_TEXTS:],
            last=look,
            unrest=self.unrest + signs,
            swaps=self.swaps + swap,
            held=(*self.held, Held(*difference, look))[-_MOST_HELD:],
        )

    def showed(self, text: str, look: int) -> Place:
        """The place after a text was seen there that is not told."""
        stay = tuple(one for one in self.texts if one != text)
        return msgspec.structs.replace(self, texts=(*stay, text)[-_MOST_TEXTS:], last=look)

    def believed(self, difference: tuple[str, str], beside: tuple[str, str]) -> Place:
        """The place once a difference there is on record."""
        held = tuple(one for one in self.held if (one.old, one.new) != difference)
        return msgspec.structs.replace(self, held=held, before=beside[0], after=beside[1])

    def looked(self, look: int, seen: set[tuple[str, str]]) -> Place:
        """The place after a look that saw these differences there: one that went before it was believed is a sign of unrest."""
        stay = tuple(one for one in self.held if (one.old, one.new) in seen)
        if stay == self.held:
            return self
        return msgspec.structs.replace(self, held=stay, unrest=self.unrest + 1, last=look)

    @property
    def is_doubtful(self) -> bool:
        """Whether a difference waits in a place of which no unrest is known: the next looks decide what it is."""
        return bool(self.held) and not self.unrest

    def patience(self, *, strange: bool) -> int:
        """The looks that a difference has to stand here before it is believed."""
        looks = _PATIENCE_WITH_STRANGE if strange else _PATIENCE
        return looks[min(self.unrest, len(looks) - 1)]
