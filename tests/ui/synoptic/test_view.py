"""Synoptic pages on the screen: every equipment, only what moved, bad values, the keyboard walk."""

from __future__ import annotations

import asyncio
from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from supervisor.model import Quality
from tests.ui.bench import Bench, angers
from ui.pages import Place
from ui.synoptic.bodies import Bodies, prepared
from ui.synoptic.drawn.lighting import Agreement
from ui.synoptic.drawn.water import Figure
from ui.synoptic.fit import overflows
from ui.synoptic.item import Body, PipeItem
from ui.synoptic.kinds import kinds
from ui.synoptic.lines import course
from ui.synoptic.page_view import SynopticPage
from ui.synoptic.sheet import Sheet
from ui.theme.theme import Theme

PAGED = ("lighting_cabinet", "pumping_station", "intersection", "transit_line", "waste_container", "car_park")


def tick(page: SynopticPage) -> None:
    """What the window does ten times a second."""
    context = page.context
    page.refresh(context.live.pull(context.clock.now()))
    if context.board.pull():
        page.refresh_alarms()


@pytest.mark.parametrize("type_", PAGED)
def test_that_the_page_of_a_type_is_drawn_for_every_equipment_of_it(page: SynopticPage, type_: str) -> None:
    every = [equipment for equipment in angers().equipment if equipment.type.id == type_]
    assert every
    for equipment in every:
        page.show_equipment(equipment)
        assert len(page.view.items_shown) >= 10
        assert not page.grab().isNull()


def test_that_a_page_is_called_up_well_under_a_tenth_of_a_second(page: SynopticPage) -> None:
    site = angers()
    page.show_equipment(site.equipment_by_id["PR-02"])
    took = []
    for id_ in ("AP-001", "PR-03", "AP-004", "PR-05"):
        began = perf_counter()
        page.show_equipment(site.equipment_by_id[id_])
        took.append(perf_counter() - began)
    assert min(took) < 0.1


@pytest.mark.parametrize("type_", ["soil_probe", "rain_gauge", "tram", "link", "pump", "energy_meter"])
def test_that_an_equipment_without_a_page_gets_one_of_its_tags(page: SynopticPage, type_: str) -> None:
    equipment = next(equipment for equipment in angers().equipment if equipment.type.id == type_)
    drawing = page.drawing(equipment) if type_ in ("pump", "energy_meter") else None
    page.show_equipment(equipment)
    shown = {tag.id for item in page.view.items_shown for tag in item.tags}
    if drawing is not None:
        shown = {bound.tag.id for bound in drawing.symbols if bound.tag}
    assert shown >= {tag.id for tag in angers().tags_by_equipment[equipment.id]}


def test_that_a_part_is_shown_on_the_page_of_what_it_is_a_part_of(page: SynopticPage) -> None:
    page.show_equipment(angers().equipment_by_id["PR-02.P2"])
    assert page.equipment is angers().equipment_by_id["PR-02"]
    assert page.view.standing() is angers().equipment_by_id["PR-02.P2"]


def test_that_only_what_shows_a_moved_tag_is_repainted(page: SynopticPage, bench: Bench) -> None:
    page.show_equipment(angers().equipment_by_id["PR-02"])
    tick(page)
    bench.put({"PR-02.rain": 12.3})
    tick(page)
    assert {item.bound.symbol.id for item in page.view.repainted if not isinstance(item, PipeItem)} == {"rain"}
    bench.put({"PR-02.rain": 12.31})  # it moved, but reads the same
    bench.put({"PR-03.rain": 4.0})
    page.view.repainted = set()
    tick(page)
    assert page.view.repainted == set()


def test_that_a_pipe_brightens_when_its_pump_runs(page: SynopticPage, bench: Bench) -> None:
    page.show_equipment(angers().equipment_by_id["PR-02"])
    tick(page)
    pipe = next(pipe for pipe in page.view.pipes if pipe.bound.pipe.id == "delivery-P2")
    assert not pipe.flowing
    bench.put({"PR-02.P2.state": 1})
    tick(page)
    assert pipe.flowing


def test_that_a_pump_is_drawn_in_the_state_it_is_in(page: SynopticPage, bench: Bench) -> None:
    page.show_equipment(angers().equipment_by_id["PR-02"])
    pump = next(item for item in page.view.items_shown if item.bound.symbol.id == "pump-P1")
    assert isinstance(pump, Body)
    for value, state in ((1, "running"), (0, "stopped"), (2, "fault"), (3, "out_of_service")):
        bench.put({"PR-02.P1.state": value})
        tick(page)
        assert pump.state == state
    bench.put({"PR-02.P1.state": 1}, Quality.TIMEOUT)
    tick(page)
    assert pump.state == "unknown"


def test_that_a_bad_value_looks_otherwise_and_never_like_the_last_good_one(page: SynopticPage, bench: Bench) -> None:
    page.show_equipment(angers().equipment_by_id["PR-02"])
    tick(page)
    item = next(item for item in page.view.items_shown if item.bound.symbol.id == "pressure")
    tag = item.bound.tag
    assert tag is not None
    before = page.grab().toImage()
    bench.put({"PR-02.pressure": 0.0}, Quality.STALE)
    tick(page)
    assert item in page.view.repainted
    assert page.sheet.shown(tag).text == "—"
    edge = item.framed().adjusted(4, 0, -20, 0)
    edge.setHeight(3)  # of the dashed frame, above the dash that stands for the value
    rect = page.view.mapFromScene(item.mapRectToScene(edge)).boundingRect()
    corner = page.view.mapTo(page, rect.topLeft())
    after = page.grab().toImage()
    spots = [QPoint(corner.x() + x, corner.y() + y) for x in range(rect.width()) for y in range(rect.height())]
    changed = [spot for spot in spots if after.pixelColor(spot) != before.pixelColor(spot)]
    assert len(changed) > 20


def test_that_an_alarm_frames_the_symbol_that_wears_it(page: SynopticPage, bench: Bench) -> None:
    page.show_equipment(angers().equipment_by_id["PR-02"])
    bench.put({"PR-02.P3.state": 2})
    asyncio.run(bench.clock.wind(2))
    bench.put({"PR-02.P3.state": 2})
    tick(page)
    framed = {item.bound.symbol.id for item in page.view.items_shown if item.raised}
    assert framed == {"pump-P3"}


def test_that_a_body_is_rendered_once_for_each_state_theme_and_scale(qapp: QApplication) -> None:
    bodies, pump = Bodies(), kinds()["pump"]
    light, dark = Theme("light"), Theme("dark")
    first = bodies.body(pump, "running", light, 1.0)
    assert bodies.body(pump, "running", light, 1.0) is first
    assert bodies.rendered == 1
    for state, theme, scale in (("stopped", light, 1.0), ("running", dark, 1.0), ("running", light, 1.5)):
        assert bodies.body(pump, state, theme, scale).toImage() != first.toImage()
    assert bodies.rendered == 4


def test_that_every_drawing_has_no_token_left_and_shows_something(qapp: QApplication) -> None:
    bodies, theme = Bodies(), Theme("dark")
    for kind in kinds().values():
        for state in kind.states:
            assert "@" not in prepared(kind, state, theme)
            image = bodies.body(kind, state, theme, 1.0).toImage()
            alphas = {image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height())}
            assert max(alphas) == 255, f"{kind.id} {state} is empty"


def test_that_the_arrows_walk_and_enter_opens_the_faceplate(page: SynopticPage, qtbot: QtBot) -> None:
    page.show_equipment(angers().equipment_by_id["PR-02"])
    page.view.select("P1 row")
    qtbot.keyClick(page.view, Qt.Key.Key_Down)
    assert page.view.group == "P2 row"
    qtbot.keyClick(page.view, Qt.Key.Key_Up)
    assert page.view.group == "P1 row"
    with qtbot.waitSignal(page.asked_for) as asked:
        qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert asked.args == [Place("faceplate", angers().equipment_by_id["PR-02.P1"])]
    qtbot.keyClick(page.view, Qt.Key.Key_Escape)
    assert page.view.group == ""


def test_that_every_stop_can_be_reached_with_the_arrows(page: SynopticPage) -> None:
    page.show_equipment(angers().equipment_by_id["AP-001"])
    stops = set(page.view.stops())
    reached: set[str] = set()
    page.view.walk(1, 0)
    todo = [page.view.group]
    while todo:
        here = todo.pop()
        if here in reached:
            continue
        reached.add(here)
        for step in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            page.view.select(here)
            page.view.walk(*step)
            todo.append(page.view.group)
    assert reached == stops


def test_that_a_click_asks_for_the_faceplate_of_what_was_clicked(page: SynopticPage, qtbot: QtBot) -> None:
    page.show_equipment(angers().equipment_by_id["PR-02"])
    at = page.view.mapFromScene(656, 264)
    with qtbot.waitSignal(page.asked_for) as asked:
        qtbot.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert asked.args == [Place("faceplate", angers().equipment_by_id["PR-02.P2"])]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_that_no_text_is_cut_off_on_the_pages_of_the_demo_city(page: SynopticPage, bench: Bench, language: str) -> None:
    page.context.look.use(language=language)
    first = {equipment.type.id: equipment for equipment in reversed(angers().equipment)}
    sheet = Sheet(page.context)
    problems = [
        str(problem)
        for type_ in PAGED
        if type_ != "transit_line"
        for problem in overflows(page.pages[type_], first[type_], sheet)
    ]
    assert problems == []


def test_that_the_night_check_says_which_one_does_not_agree(page: SynopticPage, bench: Bench) -> None:
    page.show_equipment(angers().equipment_by_id["AP-001"])
    check = next(item for item in page.view.items_shown if item.bound.symbol.id == "check-C1")
    assert isinstance(check, Agreement)
    for order, on, current, said in ((1, 1, 6.0, True), (0, 0, 0.0, True), (1, 0, 0.0, False), (1, 1, 0.0, False)):
        bench.put({"AP-001.C1.order": order, "AP-001.C1.on": on, "AP-001.C1.current": current})
        tick(page)
        assert check.verdict()[0] is said
    bench.put({"AP-001.C1.current": 0.0}, Quality.STALE)
    tick(page)
    assert check.verdict()[0] is None


def test_that_the_time_to_the_limit_follows_from_how_fast_the_level_rises(page: SynopticPage, bench: Bench) -> None:
    page.show_equipment(angers().equipment_by_id["PR-02"])
    figure = next(item for item in page.view.items_shown if item.bound.symbol.id == "time")
    assert isinstance(figure, Figure)
    for minute in range(11):
        bench.put({"PR-02.level": 1.6 + 0.1 * minute})
        tick(page)
        page.slow()
        asyncio.run(bench.clock.wind(60))
    # 0.1 m a minute, at 2.6 m a minute ago, 3.6 m being the limit
    assert figure.figure().unit == "min"
    assert 8 <= float(figure.figure().text) <= 11


def test_that_a_vehicle_is_placed_along_its_line() -> None:
    site = angers()
    line = course(site.folder, "A", (site.latitude, site.longitude))
    assert line is not None
    assert line.length > 5_000
    parts = [part for part, _ in line.stops]
    assert len(parts) > 10
    assert parts == sorted(parts)
    assert line.part(47.4725, -3.0) != line.part(47.4725, -3.0)  # far away is nowhere


def test_that_a_hidden_language_change_says_everything_again(page: SynopticPage) -> None:
    page.show_equipment(angers().equipment_by_id["PR-02"])
    page.context.look.use(language="en")
    assert "Pumping station" in page.way.kind
    page.context.look.use(theme="dark")
    assert page.view.backgroundBrush().color() == Theme("dark").color("canvas")


def test_that_nothing_is_repainted_when_a_thousand_foreign_tags_move(page: SynopticPage) -> None:
    page.show_equipment(angers().equipment_by_id["PR-02"])
    own = set(page.view._rows.tolist())
    foreign = np.array([tag.index for tag in angers().tags if tag.index not in own], np.intp)
    page.view.repainted = set()
    page.refresh(foreign)
    assert page.view.repainted == set()
