"""Two cursors, exact figures of what lies between them, and the same hours of earlier days."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from supervisor.clock import SECOND
from tests.ui.town import NOW
from tests.ui.trend.conftest import LEVEL, RAIN, START, STATE
from ui.trend.comparison import COMPARISONS, shift
from ui.trend.summary import summarise

T = NOW / SECOND
BEGIN = START / SECOND
PARIS = ZoneInfo("Europe/Paris")


def text(page, words, pen=0):
    column = next(column for column in page.view.legend.columns if column.words.en == words)
    return column.text(page.view.pens[pen])


def test_that_keys_set_and_move_both_cursors_and_z_zooms_to_what_they_hold(page):
    view, scene = page.view, page.view.plot.shown
    QTest.keyClick(view, Qt.Key.Key_A)
    QTest.keyClick(view, Qt.Key.Key_B)
    first, second = scene.marks
    assert scene.start < first < second < scene.end
    pixel = (scene.end - scene.start) / view.plot.box.width()
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert scene.marks[1] == pytest.approx(second - pixel)
    both = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(view, Qt.Key.Key_Right, both)
    assert scene.marks[1] == pytest.approx(second + 9 * pixel)
    QTest.keyClick(view, Qt.Key.Key_Z)
    assert (scene.start, scene.end) == pytest.approx((first, second + 9 * pixel))


def test_that_a_drag_on_a_cursor_moves_it_and_not_the_plot(page):
    view, scene = page.view, page.view.plot.shown
    view.cursors.select(T - 2400, T - 1200)
    before = (scene.start, scene.end)
    plot = view.plot
    at = plot.mapFromScene(
        plot.box.mapToScene(plot.box.width() * (T - 2400 - scene.start) / (scene.end - scene.start), 90)
    )
    viewport = plot.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at)
    for dx in (20, 60, 100):
        QTest.mouseMove(viewport, at + QPoint(dx, 0))
        QApplication.processEvents()
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at + QPoint(100, 0))
    assert (scene.start, scene.end) == before
    assert scene.marks[1] == T - 1200
    assert scene.marks[0] > T - 2390


def test_that_figures_of_the_selection_are_exact(page, settle):
    page.view.cursors.select(BEGIN + 600.5, BEGIN + 720.5)
    settle(lambda: text(page, "Samples") == "2")
    assert [text(page, name) for name in ("Minimum", "Mean", "Maximum", "Good")] == ["1,1", "1,1", "1,1", "100,0 %"]
    low, mean, high = page.view.table.span(page.view.pens[0])
    assert (low, high) == pytest.approx((1.10, 1.12))
    assert mean == pytest.approx((1.10 * 59.5 + 1.11 * 60 + 1.12 * 0.5) / 120)


def test_that_bad_time_is_left_out_of_the_mean_and_told_as_a_share(page, settle):
    page.view.cursors.select(BEGIN + 60 * 60, BEGIN + 80 * 60)
    settle(lambda: text(page, "Samples") == "20")
    assert text(page, "Good") == "50,0 %"


def test_that_a_state_is_told_by_the_time_in_each(page, window, settle):
    page.view.show_only([window.context.attachment.site.tag_by_id[STATE]])
    page.view.cursors.select(BEGIN + 20 * 60, BEGIN + 50 * 60)
    settle(lambda: page.view.table.states(page.view.pens[0]) != "")
    assert page.view.table.states(page.view.pens[0]) == "à l'arrêt 20:00 (67 %)  ·  en marche 10:00 (33 %)"


def test_that_many_pieces_come_to_the_same_as_one(station, monkeypatch):
    level = station.site.tag_by_id[LEVEL]
    whole = summarise(station.history, level, BEGIN, T)
    monkeypatch.setattr("ui.trend.summary.AT_ONCE", 7)
    pieces = summarise(station.history, level, BEGIN, T)
    assert pieces.mean == pytest.approx(whole.mean)
    assert (pieces.low, pieces.high, pieces.count, pieces.good) == (
        whole.low,
        whole.high,
        whole.count,
        pytest.approx(whole.good),
    )


def test_that_what_is_too_much_to_read_is_told_from_columns_and_says_so(station, monkeypatch):
    rain = station.site.tag_by_id[RAIN]
    monkeypatch.setattr("ui.trend.summary.MOST", 10)
    about = summarise(station.history, rain, BEGIN, T)
    assert (about.low, about.mean, about.high) == (2.0, pytest.approx(2.0), 2.0)
    assert not about.exact


def test_that_a_tag_nobody_recorded_has_no_figures(station):
    other = station.site.tag_by_id["PR02.level"]
    nothing = summarise(station.history, other, BEGIN, T)
    assert (nothing.count, nothing.good) == (0, 0.0)
    assert np.isnan([nothing.low, nothing.mean, nothing.high]).all()


def test_that_the_day_before_is_that_of_the_wall_clock(page):
    noon = datetime(2026, 10, 25, 12, tzinfo=PARIS).timestamp()
    assert shift(COMPARISONS[0], noon, PARIS) == 25 * 3600
    assert shift(COMPARISONS[1], noon, PARIS) == 7 * 86400 + 3600
    assert shift(COMPARISONS[0], noon + 86400, PARIS) == 86400


def test_that_an_earlier_day_is_drawn_behind_and_read_at_the_cursor(page, station, settle):
    station.wind(86_400)
    page.view.show_past(BEGIN + 86_400 + 600, BEGIN + 86_400 + 3600)
    page.view.compare(COMPARISONS[:1])
    settle(lambda: not page.view.reading)
    pen = page.view.pens[0]
    time, part = pen.ghost_items["yesterday"].getData()
    assert time[np.isfinite(part)].min() >= BEGIN + 86_400 - 1
    page.view.plot.pointed.emit(BEGIN + 86_400 + 1200)
    assert text(page, "Day before") == "1,2"
    page.view.compare(())
    assert pen.ghost_items == {}
    assert all(column.words.en != "Day before" for column in page.view.legend.columns)
