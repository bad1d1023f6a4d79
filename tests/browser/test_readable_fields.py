"""What is typed can be read: an empty page, as accessibility checks see it, cannot show that."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

PAGES = ["/", "/layers/hazard_sites", "/queries/grid_size", "/queries/nearest"]
# Text against its own background, as WCAG 2 reckons; white where nothing is painted.
CONTRASTS = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (text) => {
    const [r, g, b] = rgb(text).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll("input, select, textarea")]
    .filter((box) => !["checkbox", "radio", "range", "hidden"].includes(box.type))
    .map((box) => {
      const { color, backgroundColor } = getComputedStyle(box);
      const clear = (rgb(backgroundColor)[3] ?? 1) === 0;
      const pair = [light(color), clear ? 1 : light(backgroundColor)].sort((a, b) => b - a);
      return { name: box.id || box.name, ratio: (pair[0] + 0.05) / (pair[1] + 0.05) };
    });
}"""


@pytest.mark.parametrize("where", PAGES)
def test_fields_when_filled_in_have_contrast(page: Page, where: str) -> None:
    page.goto(where)
    page.wait_for_selector("input, select")
    page.wait_for_load_state("networkidle")
    found = page.evaluate(CONTRASTS)
    assert found
    assert [box for box in found if box["ratio"] < 4.5] == []
