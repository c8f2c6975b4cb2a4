"""The page of trends over a town: pens, direct mode, cursor, what comes late, what nobody knows, both languages."""

from __future__ import annotations

import csv
import threading

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from supervisor.clock import SECOND
from supervisor.historian.history import History
from tests.ui.town import NOW
from tests.ui.trend.conftest import LEVEL, RAIN, START, STATE
from ui.pages import TRENDS, Place
from ui.trend.choice import pens_of

T = NOW / SECOND


def tags(window, *ids):
    return tuple(window.context.attachment.site.tag_by_id[id_] for id_ in ids)


class Held(History):
    """A history whose reads wait until they are let go, each by itself."""

    def __init__(self, folder):
        super().__init__(folder)
        self.gates = []
        self.spans = []

    def trend(self, tag_id, start, end, pixels, level=None):
        gate = threading.Event()
        self.gates.append(gate)
        self.spans.append((start, end))
        gate.wait(10)
        return super().trend(tag_id, start, end, pixels, level)


def test_that_the_history_of_the_visible_hour_is_drawn_and_what_was_bad_is_hatched(page):
    pen = page.view.pens[0]
    assert pen.curve.at(T - 1200, T) == pytest.approx(2.0)
    assert page.view.plot.shown.hatched == [(START / SECOND + 61 * 60, START / SECOND + 71 * 60)]
    assert np.isnan(pen.curve.at(START / SECOND + 65 * 60, T))


def test_that_direct_mode_moves_on_with_the_clock_and_live_values_join_the_past(page, window, station):
    before = page.view.plot.shown.end
    station.wind(20)
    station.publish({LEVEL: 3.3})
    window.refresh.tick()
    assert page.view.plot.shown.end == pytest.approx(before + 20, abs=0.1)
    pen, now = page.view.pens[0], T + 20
    assert pen.curve.at(now, now) == 3.3
    known = pen.curve.segments(now)
    assert np.all(known.start[1:] >= known.end[:-1] - 1e-6)


def test_that_a_dead_station_makes_the_live_part_bad(page, window, station):
    station.wind(30)
    window.refresh.tick()
    pen = page.view.pens[0]
    assert np.isnan(pen.curve.at(T + 30, T + 30))
    assert pen.curve.bad(T + 31)[-1][1] == T + 31


def test_that_moving_by_hand_leaves_direct_mode_and_a_double_click_takes_it_up_again(page, window, station):
    page.view.plot.box.pan(-0.5)
    held = page.view.plot.shown.start
    station.wind(60)
    station.publish({LEVEL: 2.0})
    window.refresh.tick()
    assert page.view.plot.shown.start == held
    page.view.plot.box.doubled.emit()
    assert page.view.plot.shown.end > T + 60


def test_that_the_future_can_not_be_panned_to(page):
    page.view.plot.box.pan(5.0)
    assert page.view.plot.shown.end <= T + 0.21 * 3600


def test_that_zooming_keeps_the_instant_under_the_pointer(page):
    box, instant = page.view.plot.box, T - 1800
    before = page.view.plot.shown
    share = (instant - before.start) / (before.end - before.start)
    box.zoom(0.25, instant)
    after = page.view.plot.shown
    assert (instant - after.start) / (after.end - after.start) == pytest.approx(share)
    box.zoom(1e-9, instant)
    assert page.view.plot.shown.end - page.view.plot.shown.start == pytest.approx(5.0)


def test_that_a_second_click_measures_from_the_first_and_a_third_begins_anew(page):
    box, scene = page.view.plot.box, page.view.plot.shown
    box.clicked.emit(T - 1800)
    box.clicked.emit(T - 600)
    columns = {column.words.en: column.text for column in page.view.legend.columns}
    assert scene.marks == [T - 1800, T - 600]
    assert columns["Difference"](page.view.pens[0]) == "+0,20"[:4]
    assert columns["Cursor B"](page.view.pens[0]) == "2,1"
    box.clicked.emit(T - 60)
    assert scene.marks == [T - 60]
    assert "Cursor" in [column.words.en for column in page.view.legend.columns], "B is gone, the pointer is read again"
    QTest.keyClick(page.view, Qt.Key.Key_Escape)
    assert scene.marks == []


def test_that_the_pointer_reads_all_pens(page, window, settle):
    page.view.add(tags(window, RAIN))
    page.view.plot.pointed.emit(T - 1200)
    text = next(column.text for column in page.view.legend.columns if column.words.en == "Cursor")
    settle(lambda: not page.view.reading)
    assert [text(pen) for pen in page.view.pens] == ["2,0", "2,0"]


def test_that_an_answer_that_comes_late_never_overwrites_a_newer_one(window, station, tmp_path, settle):
    station.history.close()
    station.history = held = Held(tmp_path / "history")
    window.navigate(Place(TRENDS, tags=tags(window, LEVEL)))
    view = window.pages[TRENDS].view
    settle(lambda: len(held.gates) == 1)
    view.show_span(7200.0)
    view.show_span(600.0)
    held.gates[0].set()
    settle(lambda: len(held.gates) == 2)
    assert len(view.pens[0].curve.past.segments.start) == 0
    held.gates[1].set()
    settle(lambda: not view.reading)
    assert len(held.gates) == 2
    assert view.pens[0].curve.past.segments.start[0] > T - 1300
    assert held.spans[1][0] > held.spans[0][0]


def test_that_a_read_never_blocks_the_window(window, station, tmp_path, settle):
    station.history.close()
    station.history = held = Held(tmp_path / "history")
    window.navigate(Place(TRENDS, tags=tags(window, LEVEL)))
    settle(lambda: len(held.gates) == 1)
    window.refresh.tick()
    assert window.pages[TRENDS].view.reading
    held.gates[0].set()
    settle(lambda: not window.pages[TRENDS].view.reading)


def test_that_eight_pens_have_eight_numbers_and_a_ninth_is_refused_with_words(page, window):
    said = []
    page.view.said.connect(said.append)
    numbers = [tag for tag in window.context.attachment.site.tags if tag.id.endswith((".fill", ".moisture"))]
    page.view.add(numbers)
    assert [pen.number for pen in page.view.pens] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert said == ["Huit courbes au plus : retirez-en une."]
    page.view.remove(page.view.pens[2])
    page.view.add([numbers[-1]])
    assert page.view.pens[-1].number == 3


def test_that_curves_of_the_equipment_before_are_gone_from_the_plot(page, window):
    old = page.view.pens[0].item
    assert old.scene() is not None
    page.show_equipment(window.context.attachment.site.equipment_by_id["AR01"])
    assert old.scene() is None
    assert all(pen.item.scene() is not None for pen in page.view.pens)


def test_that_a_state_is_drawn_on_an_axis_of_its_names_in_both_languages(page, window):
    page.view.show_only(tags(window, STATE))
    axis = page.view.plot.getAxis("left")
    assert [text for _, text in axis.ticks()] == ["à l'arrêt", "en marche", "en défaut", "hors service"]
    window.context.look.use(language="en")
    assert [text for _, text in axis.ticks()] == ["stopped", "running", "fault", "out of service"]
    assert page.view.bar.live.text() == "Live"


def test_that_the_limits_of_the_chosen_pen_are_drawn_and_those_that_stand_are_known(page, window, station):
    assert [(limit.letters, limit.value) for limit in page.view.plot.shown.limits] == [("H", 4.4)]
    station.publish({LEVEL: 5.0})
    station.wind(1)
    station.beat()
    window.refresh.tick()
    assert page.view.plot.shown.limits[0].row in page.view.plot.shown.standing
    page.view.add(tags(window, RAIN))
    page.view.choose(page.view.pens[1])
    assert page.view.plot.shown.limits == ()


def test_that_fitted_scales_follow_the_values_and_the_others_the_type(page):
    pen = page.view.pens[0]
    assert (pen.low, pen.high) == (0, 6)
    page.view.bar.fitted.setChecked(True)
    assert 1.0 < pen.low < 1.7
    assert 2.2 <= pen.high < 2.6


def test_that_figures_are_those_of_the_visible_span(page, settle):
    page.view.show_past(START / SECOND + 600.5, START / SECOND + 1200.5)
    settle(lambda: page.view.pens[0].figures.high == page.view.pens[0].figures.high)
    low, mean, high = page.view.pens[0].figures
    assert (low, high) == (pytest.approx(1.10), pytest.approx(1.20))
    assert low < mean < high


@pytest.mark.parametrize(("language", "separator", "number"), [("fr", ";", "1,5"), ("en", ",", "1.5")])
def test_that_the_visible_values_are_exported_as_the_language_writes_them(
    page, window, tmp_path, settle, language, separator, number
):
    window.context.look.use(language=language)
    said = []
    page.view.said.connect(said.append)
    page.view.show_past(START / SECOND + 50 * 60, START / SECOND + 50 * 60 + 1)
    page.view.outlet.save(str(tmp_path / "out.csv"))
    settle(lambda: bool(said))
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=separator))
    assert len(rows[0]) == 9
    assert rows[-1][0] == LEVEL
    assert rows[-1][3:6] == ["2026-11-22 13:22:07", "2026-11-22T12:22:07.000+00:00", number]


def test_that_a_disk_that_refuses_is_a_sentence_in_the_status_bar(page, window, settle, tmp_path):
    said = []
    window.status.say = said.append
    page.view.outlet.save(str(tmp_path / "nowhere" / "out.csv"))
    settle(lambda: bool(said))
    assert "No such file" in said[0]


def test_that_without_pens_the_page_says_what_to_do(page):
    page.view.show_only([])
    assert page.view.empty_words.isVisible()
    assert page.pens == []


def test_that_a_span_without_history_says_so(page, settle):
    page.view.show_past(T - 90_000, T - 86_400)
    settle(lambda: page.view.plot.shown.note != "")
    assert page.view.plot.shown.note == "Aucune valeur archivée sur cette période"


def test_that_pens_can_be_kept_and_put_back(page, window):
    page.view.show_only([])
    page.restore([RAIN, "gone.long.ago", LEVEL])
    assert page.pens == [RAIN, LEVEL]


def test_that_the_first_match_is_taken_with_enter(page):
    page.view.show_only([])
    QTest.keyClicks(page.field, "relevage 03 niveau")
    QTest.keyClick(page.field, Qt.Key.Key_Return)
    assert page.pens == ["PR03.level"]


def test_that_the_pens_of_an_equipment_are_measures_of_it_and_of_its_parts(window):
    site = window.context.attachment.site
    assert [tag.id for tag in pens_of(site, site.equipment_by_id["AR01"])] == [
        "AR01.C1.current",
        "AR01.M.p",
        "AR01.leakage",
        "AR01.mode",
    ]


def test_that_a_part_is_named_after_what_it_is_a_part_of(page, window):
    page.view.add(tags(window, "AR01.M.p"))
    legend, pen = page.view.legend, page.view.plot.shown.pens[-1]
    cabinet = window.context.attachment.site.equipment_by_id["AR01"].name.fr
    assert f"AR01.M  {cabinet} · " in legend._name(pen)
    legend.whole = "AR01"
    assert cabinet not in legend._name(pen), "its cabinet is named above it"


def test_that_a_click_on_the_legend_chooses_and_its_cross_removes(page, window):
    page.view.add(tags(window, RAIN))
    legend = page.view.legend
    legend.resize(900, 200)
    row = QPointF(60, 26 + legend.row_px * 1.5).toPoint()
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=row)
    assert page.view.plot.shown.chosen.tag.id == RAIN
    row.setX(legend.width() - 10)
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=row)
    assert page.pens == [LEVEL]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_that_the_page_paints_in_both_themes_without_a_sound(page, window, theme):
    window.context.look.use(theme=theme)
    page.view.add(tags(window, RAIN, STATE))
    page.view.plot.box.clicked.emit(T - 900)
    page.view.plot.pointed.emit(T - 300)
    picture = page.grab().toImage()
    accent = window.context.look.color("accent").rgb()
    x = page.view.plot.mapTo(page, page.view.plot.rect().center()).y()
    assert any(picture.pixel(column, x) == accent for column in range(picture.width()))
