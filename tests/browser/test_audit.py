"""The audit page as an administrator uses it, at a desk and on a phone."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_button_when_pressed_says_up_to_where_the_chain_is_whole(page: Page) -> None:
    page.goto("/admin/audit")
    page.get_by_role("button", name="核验").click()
    expect(page.locator(".chain-whole")).to_contain_text("链已核验到第")
    row = page.locator(".audit tbody tr").first
    expect(row.locator(".what")).to_have_text("核验审计链")


def test_filters_when_sent_show_only_what_was_asked(page: Page) -> None:
    page.goto("/admin/audit?lang=en")
    page.get_by_role("button", name="Verify").click()
    page.get_by_label("Action").select_option("audit_verified")
    page.get_by_label("From").fill("2020-01-01T00:00")
    page.get_by_role("button", name="Filter").click()
    whats = page.locator(".audit .what").all_inner_texts()
    assert set(whats) == {"Audit chain verified"}
    expect(page.get_by_label("From")).to_have_value("2020-01-01T00:00")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export table (CSV)").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + len(whats)


def test_entries_when_seen_on_a_phone_fit_its_width(phone: Page) -> None:
    phone.goto("/admin/audit")
    phone.goto("/admin/audit")
    row = phone.locator(".audit tbody tr").first
    expect(row).to_be_visible()
    assert phone.evaluate("document.querySelector('main').scrollWidth") <= 390
    box = row.bounding_box()
    assert box is not None and box["width"] <= 390 and box["height"] < 260
