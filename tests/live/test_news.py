"""What is told to whom of what changed: by layer, area and time."""

from __future__ import annotations

from gisapp.access.scope import EVERYTHING, NOTHING, Scope
from gisapp.live.news import STEP, News, step_after
from layers.catalogue import LAYERS

A, B = Scope(("445103101",)), Scope(("445103102201", "445104"))


def heard(*notices: str) -> News:
    """Return news that began at 100 and heard of notices at 101 s."""
    news = News()
    news.begin(100.0)
    for notice in notices:
        news.note(notice, 101.0)
    news.told = 101.0
    return news


def test_news_when_an_area_changed_are_told_in_its_scope_only() -> None:
    news = heard("cameras 445103101201,445103101203")
    assert news.visible(A, 100.5) == ("cameras",)
    assert news.visible(EVERYTHING, 100.5) == ("cameras",)
    assert news.visible(B, 100.5) == news.visible(NOTHING, 100.5) == ()


def test_news_when_a_row_moved_are_told_where_it_was_and_where_it_is() -> None:
    news = heard("visits 445103101201,445103102201")
    assert news.visible(A, 100.5) == news.visible(B, 100.5) == ("visits",)


def test_news_when_a_row_has_no_area_are_told_to_who_sees_everything() -> None:
    news = heard("parcels ")
    assert news.visible(EVERYTHING, 100.5) == ("parcels",)
    assert news.visible(A, 100.5) == ()


def test_news_when_of_a_context_layer_are_told_to_all_who_may_read_it() -> None:
    news = heard("roads ")
    assert news.visible(NOTHING, 100.5) == ("roads",)
    assert news.visible(Scope(None, ("roads",)), 100.5) == ()


def test_news_when_told_once_are_old() -> None:
    news = heard("cameras 445103101201")
    assert news.visible(A, 101.0) == ()
    news.note("cameras 445103102201", 102.0)
    news.told = 102.0
    assert news.visible(A, 101.0) == ()  # not because the layer changed elsewhere
    assert news.visible(A, 100.5) == ("cameras",)


def test_figures_of_coverage_when_computed_are_told_of_by_area() -> None:
    news = heard("coverage 445103101201")
    assert news.visible(A, 100.5) == news.visible(EVERYTHING, 100.5) == ("coverage",)
    assert news.visible(B, 100.5) == ()


def test_news_when_they_were_missed_are_everything() -> None:
    news = heard()
    readable = (*(name for name in LAYERS if name != "visits"), "coverage")
    assert news.visible(Scope((), ("visits",)), 99.0) == readable
    news.end()
    assert news.visible(EVERYTHING, 99.0) == ()  # later, when it is known again


def test_news_when_not_yet_due_wait() -> None:
    news = heard()
    news.note("cameras 445103101201", 101.3)
    assert news.visible(A, 100.5) == ()
    news.told = 101.3
    assert news.visible(A, 100.5) == ("cameras",)


def test_steps_when_time_goes_on_are_the_same_for_all() -> None:
    moments = {step_after(1000.0 + n / 100) for n in range(100)}
    assert len(moments) in (4, 5)
    assert all(0 < step_after(at) - at <= STEP for at in (0.1, 7.7, 12.34))


def test_news_when_of_a_layer_nobody_knows_say_nothing() -> None:
    assert heard("layer_of_tomorrow 445103101201").visible(EVERYTHING, 100.5) == ()
