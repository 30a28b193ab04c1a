"""The night after the attacks of 13 November 2015, as four invented outlets might have told it.

The texts are Monitor's own, on facts that were public at the time. Real people are given no words but the few that the whole
world reported; everybody else who speaks is invented.
"""

from __future__ import annotations

from monitor.demo.stories import castellan, courier, orlanne, veilleur
from monitor.demo.story import Outlet, Story

OUTLETS: tuple[Outlet, ...] = (castellan.CASTELLAN, courier.COURIER, veilleur.VEILLEUR, orlanne.ORLANNE)
STORIES: tuple[Story, ...] = (*castellan.STORIES, *courier.STORIES, *veilleur.STORIES, *orlanne.STORIES)
