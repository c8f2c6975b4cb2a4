"""A lock-out is seen wherever its equipment is, at the next tick, without asking."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from supervisor.desk import board as boards
from tests.ui.bench import angers
from tests.ui.town import TownStation
from ui.delegates.alarm_row import AlarmRow
from ui.look import Look
from ui.map.geometry import Plane
from ui.map.markers import Markers
from ui.models import alarm_list as columns
from ui.models.alarm_list import AlarmList
from ui.padlock import locks, marked, paint_padlock
from ui.shell.window import MainWindow


def lock(station: TownStation, *ids: str) -> None:
    boards.hang(station.site, station.equipment, ids)


def test_that_the_window_hears_of_a_lock_out_at_the_next_tick_and_of_a_command_not(
    window: MainWindow, station: TownStation
) -> None:
    heard: list[None] = []
    window.refresh.tick()
    window.refresh.locks_moved.connect(lambda: heard.append(None))
    lock(station, "PR03.P1")
    window.refresh.tick()
    window.refresh.tick()
    assert len(heard) == 1
    boards.occupy(station.equipment, station.site.equipment_by_id["PR03.P1"], 7)
    window.refresh.tick()
    assert len(heard) == 1
    lock(station)
    window.refresh.tick()
    assert len(heard) == 2


def test_that_parts_are_held_with_it_and_what_they_are_in_only_carries_the_mark(
    window: MainWindow, station: TownStation
) -> None:
    things, context = station.site.equipment_by_id, window.context
    lock(station, "PR03")
    assert [locks(context, things[id_]) for id_ in ("PR03", "PR03.P1", "PR03.P2", "PR02")] == [1, 1, 1, 0]
    lock(station, "PR03.P1", "PR03.P1", "PR03")
    assert [locks(context, things[id_]) for id_ in ("PR03", "PR03.P1", "PR03.P2")] == [1, 3, 1]
    lock(station, "PR03.P1")
    assert (locks(context, things["PR03"]), marked(station, things["PR03"])) == (0, True)
    assert not marked(station, things["PR03.P2"])


def test_that_the_alarm_list_and_the_tree_mark_it(window: MainWindow, station: TownStation) -> None:
    lock(station, "PR03")
    context = window.context
    row = AlarmRow(context, window, AlarmList(station.site, context.board, context.look))
    high = {alarm.id: alarm for alarm in station.site.alarms}
    assert row._cells[columns.EQUIPMENT](high["PR03.level_high"]).padlock
    assert not row._cells[columns.EQUIPMENT](high["PR02.level_high"]).padlock
    delegate = window.navigation.tree.itemDelegate()
    assert delegate.locked(station.site.equipment_by_id["PR03"])  # type: ignore[attr-defined]
    assert not delegate.locked(station.site.equipment_by_id["PR02"])  # type: ignore[attr-defined]


def test_that_the_map_marks_what_a_locked_out_part_is_in() -> None:
    city = angers()
    markers, board = Markers(city, Plane(city.latitude, city.longitude)), boards.blank(city)
    boards.hang(city, board, ["PR-02.P1", "AP-001"])
    markers.lock(board)
    assert {one.id for one, held in zip(markers.equipment, markers.locked, strict=True) if held} == {"PR-02", "AP-001"}


def test_that_the_mark_is_drawn_on_a_ground_of_its_own_in_both_themes(qapp: QApplication) -> None:
    for theme in ("light", "dark"):
        look, image = Look("Europe/Paris", theme), QImage(40, 40, QImage.Format.Format_RGB32)
        image.fill(QColor("#ff00ff"))
        with QPainter(image) as painter:
            paint_padlock(painter, QRectF(10, 10, 20, 20), look)
        pixels = {image.pixel(x, y) for x in range(11, 29) for y in range(11, 29)}
        assert look.color("text").rgb() in pixels
        assert look.color("panel").rgb() in pixels


def test_that_a_synoptic_gives_the_padlock_to_one_symbol_of_each_equipment(
    window: MainWindow, station: TownStation
) -> None:
    window.navigate(station.site.equipment_by_id["PR03"])
    window.refresh.tick()
    page = window.pages["synoptic"]
    keepers = [item.equipment.id for item in page.view.items_shown if item.keeper]  # type: ignore[attr-defined]
    assert len(keepers) == len(set(keepers))
    assert "PR03" not in keepers, "the page's own stands before its name"
    lock(station, "PR03.P1")
    window.refresh.tick()
    assert page.way.locked  # type: ignore[attr-defined]
