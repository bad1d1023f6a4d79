"""The forms of the query pages, as people without a code table fill them in."""

from __future__ import annotations

import re

from flask.testing import FlaskClient


def test_form_when_it_asks_for_an_area_offers_their_names(client: FlaskClient) -> None:
    page = client.get("/queries/grid_size").get_data(as_text=True)
    assert re.search(r'<input id="p-area"[^>]* list="areas"', page)
    assert '<option value="445103000000">潮安区</option>' in page
    assert page.count("<option value=") > 20


def test_form_when_it_asks_for_something_else_offers_no_areas(client: FlaskClient) -> None:
    page = client.get("/queries/nearest").get_data(as_text=True)
    assert 'list="areas"' not in page


def test_units_when_shown_stand_in_the_brackets_of_the_language(client: FlaskClient) -> None:
    assert "（户）" in client.get("/queries/grid_size?lang=zh").get_data(as_text=True)
    english = client.get("/queries/grid_size?lang=en").get_data(as_text=True)
    assert "(households)" in english and "（" not in english.split("<form")[1].split("</form>")[0]
