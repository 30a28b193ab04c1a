"""What the rules must know of one language, as plain words: a page that a speaker of it can read and mend. It holds no rule.

Words are lower case. A field of phrases is a list of regular expressions, nearly always just words; they only match as
whole words where the language parts its words by spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.core.revision.lexicon.keys import Finder


def words(text: str) -> frozenset[str]:
    """The words of a list, parted by white space."""
    return frozenset(text.split())


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of a list, one a line or parted by `|`; within brackets a `|` belongs to the phrase."""
    found, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "\n" or (character == "|" and not depth):
            found.append("")
        else:
            found[-1] += character
    return tuple(phrase.strip() for phrase in found if phrase.strip())


def numbered(start: int, text: str, step: int = 1) -> dict[str, int]:
    """Number words in their order from `start`: forms of one number are parted by `/`."""
    return {form: start + step * index for index, group in enumerate(text.split()) for form in group.split("/") if form}


@dataclass(frozen=True, slots=True, eq=False)  # one of each: rules made of it are cached by it
class Lexicon:
    """The words of a language that say how much, who, how sure, and what was corrected."""

    lang: str
    spaced: bool = True
    point: bool = False  # 1.234 is a decimal here, not one thousand and something

    numbers: Mapping[str, int] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)
    joins: frozenset[str] = frozenset()  # between the words of one number: twenty AND one
    joined_prefix: str = ""  # the same, as a letter at the next word
    at_least: tuple[str, ...] = ()
    at_most: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    at_least_after: tuple[str, ...] = ()
    at_most_after: tuple[str, ...] = ()
    about_after: tuple[str, ...] = ()
    between: tuple[str, ...] = ()  # 20 TO 30
    percent: tuple[str, ...] = ()
    money: Mapping[str, str] = field(default_factory=dict)  # a regular expression → the sign
    age_before: tuple[str, ...] = ()
    age_after: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    times: tuple[str, ...] = ()  # what follows a number that is a time or a date
    hours: tuple[str, ...] = ()  # what does so only behind one of `clock`: à 14 heures, but 14 heures de route
    clock: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()  # what precedes a number that is a name: Article 5
    ordinals: tuple[str, ...] = ()  # endings of a number that only says which
    adjectives: tuple[str, ...] = ()  # endings of words between a number and its noun
    functions: frozenset[str] = frozenset()  # words that are no noun

    says: tuple[str, ...] = ()
    states: frozenset[str] = (
        frozenset()
    )  # of being and becoming: with one, a sentence does not say what its subject does
    by: tuple[str, ...] = ()  # according to …
    works: tuple[str, ...] = ()  # what bears a name in quotation marks: the film “…”
    pronouns: frozenset[str] = frozenset()
    linkers: frozenset[str] = frozenset()  # words that begin or end a speaker without being part of the name
    hedges: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()  # what a note of correction begins with
    corrects: tuple[str, ...] = ()  # what only a note of correction says
    remarks: tuple[str, ...] = ()  # plain text: each of `corrects` and `updates` holds one of these
    faults: tuple[str, ...] = ()  # what tells an editor's note that corrects from one that does not
    updated: tuple[str, ...] = ()  # what a note of an update begins with
    updates: tuple[str, ...] = ()
    stamped: tuple[str, ...] = ()  # what stands before a stamp in the text
    negations: frozenset[str] = frozenset()

    def any_of(self, options: Iterable[str]) -> str:
        """A regular expression for any of the phrases, as whole words where words are parted."""
        body = _branches([option.replace(" ?", r"\s?").replace(" ", r"\s+") for option in set(options)])
        if not body:
            return r"(?!)"
        return rf"(?<!\w)(?:{body})(?!\w)" if self.spaced else rf"(?:{body})"

    def pattern(self, options: Iterable[str]) -> re.Pattern[str]:
        """`any_of`, compiled; capitals do not matter."""
        return re.compile(self.any_of(options), re.IGNORECASE)

    def finder(self, options: Sequence[str]) -> Finder:
        """The same for many phrases that are looked for in whole texts."""
        return Finder(self.pattern(options), options, spaced=self.spaced)


_plain_letter = re.compile(r"[^\W\d_](?![?*+{|])")


def _branches(options: Iterable[str]) -> str:
    """The options as one alternation, the longest first; those that begin with one letter share it, which is quicker to search."""
    groups: dict[str, list[str]] = {}
    for option in sorted(options, key=lambda option: (-len(option), option)):
        plain = _plain_letter.match(option) and "|" not in re.sub(
            r"\([^()]*\)|\[[^\]]*\]", "", re.sub(r"\([^()]*\)", "", option)
        )
        groups.setdefault(option[0] if plain else f"({option}", []).append(option)
    return "|".join(
        group[0] if len(group) == 1 else f"{first}(?:{'|'.join(option[1:] for option in group)})"
        for first, group in groups.items()
    )
