"""The order in which stories move: one step at a time, each only when Monitor has caught up with the story. Pure; tells nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.demo.story import Scene, Story


class Script:
    """Where each story stands. `caught_up(story, scene)` says whether the log shows a scene that is being played."""

    def __init__(self, stories: Sequence[Story], caught_up: Callable[[Story, Scene], bool]) -> None:
        self._stories = {story.slug: story for story in stories}
        self._caught_up = caught_up
        self._at = dict.fromkeys(self._stories, -1)
        self._turns = list(stories)

    def move(self) -> tuple[Story, Scene] | None:
        """The next step, now taken: the story that has waited longest of those that may move. None: nothing may move yet."""
        story = next(filter(self._may_move, self._turns), None)
        if story is None:
            return None
        self._at[story.slug] += 1
        self._turns.remove(story)
        self._turns.append(story)
        return story, story.scenes[self._at[story.slug]]

    @property
    def finished(self) -> bool:
        """Whether every story is at its last scene, and Monitor knows it."""
        return not self.waiting()

    def waiting(self) -> list[tuple[Story, Scene | None]]:
        """The stories that are not at their end, each with the scene that Monitor has not shown yet (None: not published)."""
        return [(story, self._playing(story)) for story in self._stories.values() if not self._is_over(story)]

    def _is_over(self, story: Story) -> bool:
        return self._at[story.slug] == len(story.scenes) - 1 and self._is_known(story)

    def _may_move(self, story: Story) -> bool:
        at = self._at[story.slug]
        if at == len(story.scenes) - 1:
            return False
        return self._may_open(story) if at < 0 else self._is_known(story)

    def _may_open(self, story: Story) -> bool:
        if story.after is None:
            return True
        earlier = self._stories[story.after]
        return self._at[earlier.slug] > 0 or self._is_known(earlier)

    def _is_known(self, story: Story) -> bool:
        scene = self._playing(story)
        return scene is not None and self._caught_up(story, scene)

    def _playing(self, story: Story) -> Scene | None:
        at = self._at[story.slug]
        return story.scenes[at] if at >= 0 else None
