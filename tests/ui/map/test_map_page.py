"""The map over a town: what is where, what a click means, what the keyboard reaches, what may not stay hidden."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest

from supervisor.model import Quality
from ui.map.canvas import NEAR
from ui.pages import FACEPLATE, MAP, Place


def things(page):
    """What is on the screen: ids of single markers, and of the members of groups."""
    names = page.markers.equipment
    return [sorted(names[row].id for row in spot.rows) for spot in page.canvas.spots.shown]


def spot_of(page, id_):
    row = page.markers.row_of[id_]
    return next(spot for spot in page.canvas.spots.shown if row in spot.rows)


def click(page, spot):
    page.canvas.activateWindow()
    QTest.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(spot.x), round(spot.y)))


@pytest.fixture
def wishes(page, window):
    """What the page asks for; the window itself stays where it is."""
    told = []
    page.asked_for.disconnect(window.navigate)
    page.asked_for.connect(told.append)
    return told


def test_that_parts_stand_with_their_parent_and_what_has_no_place_is_left_out(page):
    assert sorted(page.markers.row_of) == ["AR01", "AR02", "AR03", "AR04", "LN01", "PR01", "T1"]
    assert page.side.systems == {"lighting", "water", "transit"}


def test_that_what_stands_close_is_one_group_from_afar_and_apart_from_near(page):
    assert ["AR01", "AR02", "AR03", "AR04"] in things(page)
    page.canvas.camera.scale = 2.0
    page.canvas.show_equipment(page.markers.equipment[0])
    page.canvas.grab()
    assert ["AR01"] in things(page)


def test_that_moving_the_map_regroups_nothing(page):
    before = sorted(map(tuple, things(page)))
    for _ in range(7):
        page.canvas.camera.pan(9.0, 5.0)
        page.canvas.grab()
        assert sorted(map(tuple, things(page))) == before


def test_that_the_whole_city_shows_every_marker_inside_the_window(page):
    page.canvas.camera.pan(99_999, 0)
    page.canvas.fit()
    page.canvas.grab()
    area = page.canvas.rect().adjusted(20, 20, -20, -20)
    assert len(page.canvas.spots.shown) == 4
    assert all(area.contains(QPoint(round(spot.x), round(spot.y))) for spot in page.canvas.spots.shown)


def test_that_a_click_on_a_marker_opens_its_faceplate_and_one_beside_all_lets_it_go(page, wishes):
    click(page, spot_of(page, "PR01"))
    assert wishes == [Place(FACEPLATE, page.canvas.selected)]
    assert page.canvas.selected.id == "PR01"
    QTest.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert page.canvas.selected is None


def test_that_a_click_on_a_group_comes_closer_until_its_members_stand_apart(page, wishes):
    for _ in range(6):
        spot = spot_of(page, "AR01")
        if not spot.grouped:
            break
        click(page, spot)
        page.canvas.grab()
    assert not spot_of(page, "AR01").grouped
    assert wishes == []


def test_that_a_double_click_opens_the_page_of_the_equipment(page, wishes):
    spot = spot_of(page, "PR01")
    QTest.mouseDClick(page.canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(spot.x), round(spot.y)))
    assert wishes[-1].id == "PR01"


def test_that_systems_switched_off_are_neither_drawn_nor_hit(page):
    spot = spot_of(page, "PR01")
    page.side._boxes["water"].setChecked(False)
    page.canvas.grab()
    assert ["PR01"] not in things(page)
    assert page.canvas.spots.at(QPointF(spot.x, spot.y)) is None


def test_that_only_what_is_in_alarm_is_shown_when_asked_and_a_group_tells_its_worst(page, window, station):
    station.publish({"AR02.leakage": 42.0, "AR03.door": 1.0})
    station.wind(1)
    station.beat()
    window.refresh.tick()
    page.canvas.grab()
    group = spot_of(page, "AR01")
    assert page.markers.equipment[page.markers.worst(group.rows)].id == "AR02"
    page.side._only.setChecked(True)
    page.canvas.grab()
    assert things(page) == [["AR02", "AR03"]]


def test_that_a_vehicle_follows_its_tags_and_knows_its_line_and_heading(page, window, station):
    row = page.markers.row_of["T1"]
    before = spot_of(page, "T1")
    station.publish({"T1.latitude": 47.47, "T1.heading": 180.0})
    window.refresh.tick()
    page.canvas.grab()
    after = spot_of(page, "T1")
    assert after.y > before.y + 10
    assert (page.markers.line[row], page.markers.heading[row]) == ("A", 180.0)


def test_that_a_vehicle_whose_position_is_bad_leaves_the_map(page, window, station):
    station.publish({"T1.latitude": 0.0, "T1.longitude": 0.0}, Quality.STALE)
    window.refresh.tick()
    page.canvas.grab()
    assert ["T1"] not in things(page)


def test_that_steps_too_small_to_see_ask_for_no_picture_but_add_up(page, window, station):
    live, markers = window.context.live, page.markers
    told = []
    for step in range(1, 31):
        live.value[window.context.attachment.site.tag_by_id["T1.latitude"].index] = 47.48 + step * 1e-6
        told.append(markers.move(live))
    assert 1 <= sum(told) <= 4


def test_that_a_dead_station_turns_every_marker_unknown(page, window, station):
    assert set(page.markers.fill.tolist()) != {2}
    station.wind(5)
    window.refresh.tick()
    assert set(page.markers.fill.tolist()) == {2}


def test_that_what_was_searched_is_in_the_middle_even_on_a_page_never_seen(window, station):
    thing = window.context.attachment.site.equipment_by_id["PR01.P2"]
    window.navigate(Place(MAP, thing))
    window.refresh.tick()
    page = window.pages[MAP]
    window.showNormal()
    window.resize(1920, 1080)
    window.grab()
    page.canvas.grab()
    spot = spot_of(page, "PR01")
    assert page.canvas.selected.id == "PR01"
    assert page.canvas.camera.scale >= NEAR
    assert abs(spot.x - page.canvas.width() / 2) < 3
    assert abs(spot.y - page.canvas.height() / 2) < 3


def test_that_a_search_switches_on_the_system_it_finds(page):
    page.side._boxes["water"].setChecked(False)
    page.show_equipment(page.context.attachment.site.equipment_by_id["PR01"])
    page.canvas.grab()
    assert ["PR01"] in things(page)


def test_that_tab_walks_the_signs_from_the_middle_and_enter_opens(page, window, wishes, qtbot):
    page.canvas.systems = {"water", "transit"}
    page.canvas.grab()
    with qtbot.waitActive(window):
        window.activateWindow()
    page.canvas.setFocus()
    walked = []
    for _ in range(3):
        QTest.keyClick(page.canvas, Qt.Key.Key_Tab)
        walked.append(page.canvas.selected.id)
    assert sorted(walked) == ["LN01", "PR01", "T1"]
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    assert wishes[-1].id == walked[-1]
    QTest.keyClick(page.canvas, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert page.canvas.selected.id == walked[-2]


def test_that_arrows_pan_and_plus_comes_closer(page):
    camera = page.canvas.camera
    east, scale = camera.east, camera.scale
    QTest.keyClick(page.canvas, Qt.Key.Key_Right)
    assert camera.east > east
    QTest.keyClick(page.canvas, Qt.Key.Key_Plus)
    assert camera.scale == pytest.approx(1.5 * scale)
    QTest.keyClick(page.canvas, Qt.Key.Key_Home)
    assert camera.scale == pytest.approx(scale)


def test_that_zooming_keeps_the_ground_under_the_pointer(page):
    place = QPointF(300, 200)
    before = page.canvas.camera.ground(place)
    page.canvas.zoom(3.0, place)
    assert page.canvas.camera.ground(place) == pytest.approx(before)


def test_that_the_tip_says_name_alarms_and_headline_in_the_language_of_the_window(page, window, station):
    station.publish({"PR01.level": 5.0})
    station.wind(1)
    station.beat()
    window.refresh.tick()
    row = np.array([page.markers.row_of["PR01"]])
    tip = page._tip(row)
    assert (tip.title, tip.alarms[0].words) == ("Relevage 01", "Niveau bâche haut")
    assert (tip.rows[0].name, tip.rows[0].value) == ("Niveau", "5,0 m")
    window.context.look.use(language="en")
    tip = page._tip(row)
    assert (tip.title, tip.rows[0].name, tip.rows[0].value) == ("Lift station 01", "Level", "5.0 m")


def test_that_the_tip_of_a_group_counts_its_members(page):
    tip = page._tip(np.array([page.markers.row_of[id_] for id_ in ("AR01", "AR02", "PR01")]))
    assert tip.title == "3 équipements"
    assert [(line.name, line.value) for line in tip.rows] == [("Éclairage public", "2"), ("Assainissement", "1")]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_that_no_word_beside_the_map_is_cut(page, window, language, scale):
    window.context.look.use(language=language, scale=scale)
    window.grab()
    for box in (*page.side._boxes.values(), page.side._only):
        assert box.width() >= box.sizeHint().width(), box.text()


def test_that_lines_have_colours_of_their_own_and_none_of_an_alarm(page):
    tokens = page.canvas._base.tokens
    assert list(tokens) == ["A", "5"]
    look = page.context.look
    for theme in ("light", "dark"):
        look.use(theme=theme)
        colours = {look.color(token).name() for token in tokens.values()}
        assert len(colours) == 2
        assert not colours & {look.color(f"p{priority}").name() for priority in (1, 2, 3, 4)}


def test_that_names_never_cover_each_other_nor_a_marker(page):
    canvas = page.canvas
    spots = canvas.spots.shown
    names = canvas._wanted_names(spots)
    assert {name.kind for name in names} >= {"river", "stop", "area"}
    taken = canvas._taken(spots)
    image = canvas.grab().toImage()
    area = QRectF(canvas.rect())
    with QPainter(image) as painter:
        written = canvas._labels.paint(painter, names, taken, area, canvas.camera.scale)
        twice = canvas._labels.paint(painter, [*names, *names], taken, area, canvas.camera.scale)
        full = np.array([[0.0, 0.0, canvas.width(), canvas.height()]])
        nowhere = canvas._labels.paint(painter, names, full, area, canvas.camera.scale)
    assert {"Maine", "Centre-ville"} <= set(written)
    assert len(twice) < 2 * len(written)
    assert nowhere == []


def test_that_a_pan_shows_the_kept_picture_until_it_settles(page, qtbot):
    canvas = page.canvas
    kept = canvas._picture.cacheKey()
    canvas.camera.pan(50, 0)
    canvas._moved()
    canvas.grab()
    assert canvas._picture.cacheKey() == kept
    qtbot.waitUntil(lambda: canvas._picture.cacheKey() != kept, timeout=2000)


def test_that_a_theme_repaints_the_ground(page, window):
    before = page.canvas.grab().toImage().pixel(3, 3)
    window.context.look.use(theme="dark")
    assert page.canvas.grab().toImage().pixel(3, 3) != before
