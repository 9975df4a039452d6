"""Looking at a page as its visitors do: what it says to assistive technology, how it moves, what it complains of."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from caferoam.local.stack import CHECKOUT

AXE: Final = CHECKOUT / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""WCAG 2.2 AA, and what the authors of axe advise beyond it."""
SHIFT_MAX: Final = 0.1
"""The layout shift up to which Core Web Vitals call a page good."""

_WATCH_SHIFTS: Final = """
window.__shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is now, a line for each place."""
    page.evaluate(f"{AXE.read_text(encoding='utf-8')}\n;0")
    found: dict[str, Any] = page.evaluate("rules => axe.run({ runOnly: rules })", RULES)
    return [
        f"{violation['id']} at {node['target']}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def go_dark(page: Page) -> None:
    """Let the visitor's system be dark, and wait until the page has been painted so."""
    page.emulate_media(color_scheme="dark")
    page.evaluate("new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))")


@contextmanager
def listening(page: Page, *, allowed: str = r"(?!)") -> Iterator[list[str]]:
    """Collects errors of scripts and of the console, but those that match ``allowed``."""
    heard: list[str] = []

    def hear(text: str) -> None:
        if not re.search(allowed, text):
            heard.append(text)

    page.on("pageerror", lambda error: hear(str(error)))
    page.on("console", lambda message: hear(message.text) if message.type == "error" else None)
    yield heard


def watch_shifts(page: Page) -> None:
    """Count layout shifts from the next navigation on."""
    page.add_init_script(_WATCH_SHIFTS)


def shifted(page: Page) -> float:
    """How much the layout has shifted without anybody having done anything."""
    return float(page.evaluate("window.__shifts"))


def overflows(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def save_screenshot(page: Page, folder: Path | None, name: str) -> None:
    """Keep a picture of the whole page, if there is a folder for them."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
