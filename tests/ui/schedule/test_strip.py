"""The programme on the faceplate, over the demo city in process."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.bench import Bench
from tests.ui.schedule.conftest import COURSE, STATE, Silent, Until
from ui.schedule import words
from ui.schedule.page import SchedulePage
from ui.schedule.strip import ProgrammeStrip


def test_that_what_a_dead_station_said_last_does_not_look_alive(
    page: SchedulePage, bench: Bench, loop: asyncio.AbstractEventLoop, until: Until
) -> None:
    strip = ProgrammeStrip(page.context, bench.site.equipment_by_id["AP-009.C1"], lambda: None)
    bench.schedule["schedule_course"] = {**COURSE, "override": STATE["overrides"][0]}  # type: ignore[index]
    strip.slow()
    until(lambda: not strip.resume.isHidden())
    answers, bench.schedule = bench.schedule, Silent()
    for one in (page, strip):
        one._due = 0.0
        one.slow()
    until(lambda: not page.hands.lines and strip.resume.isHidden())
    assert page.followed.text() == strip.hand.text() == words.UNTOLD.fr
    assert {line[4].text for line in page.groups.lines} == {"?"}
    assert "attente" not in page.count.text()
    assert strip.planned.isHidden()
    bench.schedule = answers
    for one in (page, strip):
        one._due = 0.0
        one.slow()
    until(lambda: len(page.hands.lines) == 2 and not strip.resume.isHidden())
    strip.stop()
    strip.deleteLater()


def test_that_the_faceplate_tells_the_programme_and_lets_it_be_held(
    bench: Bench, qapp: QApplication, loop: asyncio.AbstractEventLoop, until: Until
) -> None:
    found: list[bool] = []
    bench.schedule |= {"schedule_course": COURSE, "schedule_hold": {}}
    strip = ProgrammeStrip(
        bench.context(loop.create_task), bench.site.equipment_by_id["AP-009.C1"], lambda: found.append(True)
    )
    strip.slow()
    until(lambda: bool(found))
    assert strip.planned.text() == "Prévu : allumé · 100 %"
    assert strip.next.text() == "Ensuite 23:32 : 50 %"
    assert strip.hand.text() == "Suit le programme"
    assert [strip.until.itemText(n) for n in range(strip.until.count())] == [
        "jusqu'à 23:32, prévu", "jusqu'au jour, 23/11 08:32", "pendant 1 h", "pendant 4 h",
    ]  # fmt: skip
    assert strip.resume.isHidden()
    bench.schedule["schedule_course"] = {**COURSE, "override": STATE["overrides"][0]}  # type: ignore[index]
    strip.hold.click()
    until(lambda: not strip.resume.isHidden())
    assert strip.hand.text() == "Pris en main par Maëlle Cesbron jusqu'à 23/11 04:32"
    assert strip.hold.isHidden()
    strip.stop()
    strip.deleteLater()


def test_that_equipment_without_a_programme_is_asked_about_once(
    bench: Bench, qapp: QApplication, loop: asyncio.AbstractEventLoop, until: Until
) -> None:
    found: list[bool] = []
    strip = ProgrammeStrip(
        bench.context(loop.create_task), bench.site.equipment_by_id["PR-02"], lambda: found.append(True)
    )
    strip.slow()
    until(lambda: "scheduled" in strip.state)
    bench.wind(10)
    task = strip._task
    strip.slow()
    assert strip._task is task
    assert not found
    strip.deleteLater()


def test_that_in_the_past_the_faceplate_says_whose_plan_it_is(
    bench: Bench, qapp: QApplication, loop: asyncio.AbstractEventLoop, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.schedule["schedule_course"] = {**COURSE, "next": None}
    monkeypatch.setattr(bench.clock, "past", True, raising=False)
    strip = ProgrammeStrip(bench.context(loop.create_task), bench.site.equipment_by_id["AP-009.C1"], lambda: None)
    strip.slow()
    until(lambda: strip.next.text() == words.AS_TODAY.fr)
    assert not strip.next.isHidden()
    strip.stop()
    strip.deleteLater()
