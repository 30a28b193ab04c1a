"""What a demo story is: its scenes, and what Monitor is expected to say about each. Values only; who plays them is `stage`'s business."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

Changes = tuple[str, ...]
NOTHING: Mapping[str, Changes] = {}


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented publisher. `id` names its feed, its template and its folder of addresses."""

    id: str
    name: str
    lang: str
    section: str
    feed: Literal["rss", "atom"]
    validators: Literal["none", "etag", "both", "restless"]
    """What its pages send: no validator, a weak ETag, ETag and Last-Modified, or an ETag that differs on each request."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One state of a story. `alerts` is written down beforehand: watchlist → the changes it must report.

    `declared`: the feed's entry says that something changed; otherwise the edit is silent. `looks` is how often the page
    must have been fetched before the story may go on. `dress` changes the markup and not a word.
    """

    says: str
    title: str
    paragraphs: tuple[str, ...]
    alerts: Mapping[str, Changes] = field(default_factory=dict)
    page: Literal["article", "challenge", "missing"] = "article"
    declared: bool = True
    looks: int = 1
    dress: int = 0

    def then(
        self,
        says: str,
        *swaps: tuple[str, str],
        title: str | None = None,
        paragraphs: tuple[str, ...] | None = None,
        alerts: Mapping[str, Changes] = NOTHING,
        declared: bool = True,
        looks: int = 1,
    ) -> Scene:
        """The next scene: the same text with `swaps` (old, new) made in it, or rewritten. Raises ValueError where a swap finds nothing."""
        text = list(self.paragraphs if paragraphs is None else paragraphs)
        for old, new in swaps:
            text = _swapped(text, old, new)
        return replace(
            self,
            says=says,
            title=self.title if title is None else title,
            paragraphs=tuple(filter(None, text)),
            alerts=alerts,
            page="article",
            declared=declared,
            looks=looks,
        )

    def adding(
        self, says: str, after: int, *new: str, alerts: Mapping[str, Changes] = NOTHING, declared: bool = True
    ) -> Scene:
        """The next scene: new paragraphs after the first `after` ones."""
        text = (*self.paragraphs[:after], *new, *self.paragraphs[after:])
        return self.then(says, paragraphs=text, alerts=alerts, declared=declared)

    def same_words(self, says: str, *, dress: int, looks: int) -> Scene:
        """The next scene: other markup, the same words. Monitor must say nothing."""
        return replace(self, says=says, alerts=NOTHING, dress=dress, declared=False, looks=looks, page="article")

    def challenged(self, says: str, *, looks: int) -> Scene:
        """The next scene: a challenge page stands at the address. Monitor must say nothing."""
        return replace(self, says=says, alerts=NOTHING, declared=False, looks=looks, page="challenge")

    def withdrawn(self, says: str, *, alerts: Mapping[str, Changes]) -> Scene:
        """The last scene: the page is gone and stays away."""
        return replace(self, says=says, alerts=alerts, page="missing", looks=1)


def _swapped(paragraphs: list[str], old: str, new: str) -> list[str]:
    if not any(old in paragraph for paragraph in paragraphs):
        raise ValueError(f"no paragraph says {old!r}")
    return [paragraph.replace(old, new) for paragraph in paragraphs]


@dataclass(frozen=True, slots=True)
class Story:
    """A story from its first scene to its last. `age` is how long before the demo it says it was published.

    `after` is the slug of the story whose first scene must be known to Monitor before this one is published.
    """

    slug: str
    outlet: Outlet
    byline: str
    scenes: tuple[Scene, ...]
    age: timedelta = timedelta(minutes=20)
    after: str | None = None
    backlog: bool = False

    @property
    def path(self) -> str:
        """The address within its outlet."""
        return f"/{self.outlet.section}/{self.slug}"

    def revisions(self) -> Iterator[tuple[int, Scene]]:
        """Each scene with the revision Monitor must have recorded by then: new words make one, nothing else does."""
        revision, words = 0, None
        for scene in self.scenes:
            if scene.page == "article" and (scene.title, scene.paragraphs) != words:
                revision, words = revision + 1, (scene.title, scene.paragraphs)
            yield revision, scene


def first(title: str, *paragraphs: str, says: str, alerts: Mapping[str, Changes] = NOTHING, looks: int = 1) -> Scene:
    """The scene with which a story opens."""
    return Scene(says=says, title=title, paragraphs=paragraphs, alerts=alerts, looks=looks)
