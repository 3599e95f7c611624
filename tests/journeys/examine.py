"""What is wrong with the page that a browser shows: accessibility, sideways scroll, layout shift."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.servers import ROOT

MOST_SHIFT = 0.02
_EVERYTHING = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
_RUN_AXE = """async (rules) => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  return found.violations.map(({id, impact, nodes}) => ({
    rule: id, impact, where: nodes.map((node) => [node.target, node.failureSummary]),
  }));
}"""
_SHIFT = """() => new Promise((done) => {
  let total = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(total), 50);
})"""
_SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@cache
def _axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def barriers(page: Page, *, colours_alone: bool = False) -> list[str]:
    """What axe-core finds, by the rules of WCAG 2.2 AA and good practice: one line for each rule and place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found: list[dict[str, Any]] = page.evaluate(_RUN_AXE, _COLOURS if colours_alone else _EVERYTHING)
    return [
        f"{item['rule']} ({item['impact']}) at {target}: {' '.join(summary.split())[:300]}"
        for item in found
        for target, summary in item["where"][:3]
    ]


def settle(page: Page) -> None:
    """Wait until what the page asks for is there, and no colour fades: half way, contrast is nobody's decision."""
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    page.evaluate("() => Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null)))")


def movements(page: Page) -> list[str]:
    """Whether the page moved while it loaded, and whether it is wider than its window."""
    found = []
    if (shift := page.evaluate(_SHIFT)) >= MOST_SHIFT:
        found.append(f"its layout shifted by {shift:.3f}")
    if (wider := page.evaluate(_SIDEWAYS)) > 0:
        found.append(f"it is {wider} px wider than its window")
    return found
