"""Takes the pictures of the page that the README shows, of a demo that runs: `make screenshots`. It needs Chromium and Playwright.

.venv/bin/python tests/demo/screenshots.py docs/pictures
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright
from rich.console import Console

from monitor.demo.screen import Screen
from monitor.demo.show import staged

WAIT = 60_000  # milliseconds


async def take(folder: Path) -> None:
    """Play the evening, and photograph what a reader sees at its end."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no Chromium: apt install chromium")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="monitor-pictures-") as scratch:
        async with staged(Path(scratch), Screen(Console(quiet=True))) as show, async_playwright() as playwright:
            address = re.search(r'listen = "([^"]+)"', (Path(scratch) / "config.toml").read_text())
            assert address is not None
            await show.perform()
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            here = f"http://{address[1]}"
            await _photograph(await _opened(browser, "dark"), here, folder / "now.png")
            await _photograph(await _opened(browser, "light"), here, folder / "article.png", follow="bombs on Raqqah")
            await browser.close()


async def _opened(browser: Browser, scheme: Literal["light", "dark"]) -> Page:
    return await browser.new_page(color_scheme=scheme, viewport={"width": 1100, "height": 900})


async def _photograph(page: Page, here: str, file: Path, *, follow: str = "") -> None:
    await page.goto(here)
    await page.get_by_text("live", exact=True).wait_for(timeout=WAIT)
    if follow:
        await page.goto(f"{here}/articles")
        await page.get_by_role("link", name=re.compile(follow)).click()
    await page.screenshot(path=file)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))
