"""The page of rounds over the demo city in process: the form, what it asks for, and how a round is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from supervisor.clock import HandClock
from supervisor.errors import Refused
from supervisor.model import Role, User
from supervisor.rounds.states import Mark
from tests.ui.bench import Bench
from tests.ui.town import NOW
from ui.pages import Place
from ui.rounds.bars import counted, stages
from ui.rounds.page import RoundsPage
from ui.seat import Standing

Until = Callable[[Callable[[], bool]], None]
WISH = {
    "type": "lighting_circuit", "command": "off", "value": None, "areas": ["centre"], "equipment": [], "without": [],
}  # fmt: skip
ROUND = {
    "number": 12, "time": NOW, "who": "m.cesbron", "wish": WISH, "effect": ["3 × allumé → éteint", "3 × on → off"],
    "state": "stopped", "changed_at": NOW, "reason": ["Arrêt automatique.", "Stopped by itself."], "busy": False,
    "released_by": "m.cesbron", "counts": {"done": 1, "failed": 1, "waiting": 1, "left_out": 1}, "stage": 2,
}  # fmt: skip
TARGETS = {
    "targets": [
        ["AP-001.C1", 0, "done", 1.0, 0.0, 7, -1, NOW], ["AP-001.C2", 1, "failed", 1.0, 0.0, 8, 0, NOW],
        ["AP-001.C3", 2, "waiting", 1.0, 0.0, 0, -1, 0], ["AP-001.C4", -1, "left_out", None, 0.0, 0, 1, 0],
    ],
    "reasons": [["Pas de réponse.", "No answer."], ["Déjà ainsi.", "Already so."]],
}  # fmt: skip
TRIED = {
    "targets": [
        ["AP-001.C1", 0.0, 1.0, False, -1, ""], ["AP-001.C2", 0.0, 1.0, False, 0, "lock_out"],
        ["AP-001.C3", 1.0, 1.0, True, -1, ""], ["AP-001.C4", 0.0, 1.0, False, -1, ""],
    ],
    "reasons": [["Consigné.", "Locked out."]], "refused": {"lock_out": 1}, "same": 1, "changing": 2, "power_kw": 4.21,
    "effect": ["2 × éteint → allumé · 1 déjà allumé · 1 refusé", "2 × off → on · 1 already on · 1 refused"],
}  # fmt: skip


class Answers(Bench):
    """Keeps what the page asks for."""

    async def ask(self, act: str, **words: Any) -> Any:
        self.asked.append((act, words))
        return self.schedule[act] if act in self.schedule else await super().ask(act, **words)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Answers]:
    one = Answers(tmp_path, HandClock(NOW))
    one.schedule |= {
        "rounds": {"rounds": []},
        "round_dry_run": TRIED,
        "round_plan": {"number": 12},
        "round_release": {},
    }
    one.calm()
    yield one
    one.close()


@pytest.fixture
def page(bench: Answers, qapp: QApplication, loop: asyncio.AbstractEventLoop) -> Iterator[RoundsPage]:
    made = RoundsPage(bench.context(loop.create_task))
    made.resize(1600, 900)
    made.show()
    made.arrive(Place("rounds"))
    yield made
    made.close()
    made.deleteLater()


def asked(bench: Answers, act: str) -> list[dict[str, Any]]:
    return [words for name, words in bench.asked if name == act]


def test_that_somebody_who_comes_with_a_cabinet_finds_the_form_filled_in_for_its_circuits(page: RoundsPage) -> None:
    form = page.form
    page.arrive(Place("rounds", page.context.attachment.site.equipment_by_id["AP-001"]))
    assert form.isVisible()
    assert form.where.currentText() == "Sélection : Place du Ralliement"
    assert form.wish()["equipment"] == ["AP-001"]
    assert form.type.currentData() == "lighting_circuit"
    page.arrive(Place("rounds", area="centre"))
    assert (form.wish()["areas"], form.wish()["equipment"]) == (["centre"], [])


def test_that_a_setpoint_needs_a_number_and_shows_its_range(page: RoundsPage, bench: Answers, until: Until) -> None:
    form = page.form
    page.open_form([])
    form.type.setCurrentIndex(form.type.findData("lighting_circuit"))
    form.command.setCurrentIndex(form.command.findData("on"))
    assert not form.value.isVisible()
    form.command.setCurrentIndex(form.command.findData("dim"))
    assert (form.value.isVisible(), form.unit.text(), form.value.placeholderText()) == (True, "%", "10 … 100")
    form.run.click()
    until(form.sentence.isVisible)
    assert not asked(bench, "round_dry_run")
    QTest.keyClicks(form.value, "42,5")
    QTest.keyClick(form.value, Qt.Key.Key_Return)
    until(lambda: form.tried is not None)
    assert asked(bench, "round_dry_run")[0]["value"] == 42.5


def test_that_a_dry_run_is_told_refusals_first_and_boxes_say_what_is_asked(
    page: RoundsPage, bench: Answers, until: Until
) -> None:
    form = page.form
    page.open_form(["AP-001"])
    form.command.setCurrentIndex(form.command.findData("on"))
    assert not form.keep.isEnabled()
    form.run.click()
    until(lambda: form.tried is not None)
    assert [line[3].text for line in form.lines.lines] == ["refusé", "changera", "changera", "déjà ainsi"]
    assert form.lines.lines[0][4].text == "Consigné."
    assert form.told.text() == "consignation × 1 · Étapes : 1 puis 1 · 4,2 kW en ce moment sur ces départs"
    assert form.keep.text() == "Préparer (2 équipements)"
    form.same.setChecked(False)
    form.refused.setChecked(False)
    assert form.keep.text() == "Préparer (4 équipements)"
    form.table.selectRow(0)
    form.table.setFocus()
    QTest.keyClick(form.table, Qt.Key.Key_Delete)
    until(lambda: len(asked(bench, "round_dry_run")) == 2)
    assert asked(bench, "round_dry_run")[1]["without"] == ["AP-001.C2"]
    until(lambda: "1 retiré à la main" in form.told.text())
    form.keep.click()
    until(lambda: bool(asked(bench, "round_plan")))
    plan = asked(bench, "round_plan")[0]
    assert (plan["same"], plan["refused"], plan["command"]) == (False, False, "on")


def test_that_another_wish_makes_another_dry_run_necessary(page: RoundsPage, until: Until) -> None:
    form = page.form
    page.open_form(["AP-001"])
    form.run.click()
    until(lambda: form.tried is not None)
    form.where.setCurrentIndex(form.where.findData("centre"))
    assert form.tried is None
    assert not form.keep.isEnabled()
    assert not form.result.isVisible()


def shown(page: RoundsPage, bench: Answers, until: Until, **more: object) -> None:
    bench.schedule["rounds"] = {"rounds": [ROUND | more]}
    bench.schedule["round"] = {**ROUND, **more, **TARGETS}
    page.slow()
    until(lambda: page.view.one is not None and page.view.isVisible())


def test_that_a_stopped_round_says_why_and_what_went_wrong_stands_on_top(
    page: RoundsPage, bench: Answers, until: Until
) -> None:
    shown(page, bench, until)
    view = page.view
    assert page.lines.lines[0][3].text == "2/3"
    assert view.state.text() == "Arrêtée – Arrêt automatique."
    assert [line[4].text for line in view.lines.lines] == ["échec", "en attente", "exécutée", "laissé de côté"]
    assert view.lines.lines[0][5].text == "Pas de réponse."
    view.table.selectRow(0)
    assert (view.why.isVisible(), view.why.text()) == (True, "Pas de réponse.")
    view.table.selectRow(1)
    assert not view.why.isVisible()
    assert (view.release.text(), view.stop.isVisible()) == ("Lancer l'étape 3 (1 équipement)", False)
    assert "Les rues de ce circuit s'éteignent" in view.consequence.text()
    view.release.click()
    until(lambda: bool(asked(bench, "round_release")))
    assert asked(bench, "round_release") == [{"number": 12, "stage": 2}]
    gone: list[Any] = []
    view.asked_for.connect(gone.append)
    view.journal.click()
    assert (gone[0].page, gone[0].subject) == ("journal", "R12")


def test_that_in_the_past_nothing_of_the_present_is_shown(page: RoundsPage, bench: Answers, until: Until) -> None:
    shown(page, bench, until)

    async def refuse(act: str, **words: Any) -> Any:
        raise Refused("past", "Only of the present.")

    answer, bench.ask = bench.ask, refuse  # type: ignore[method-assign]
    page.slow()
    until(page.nothing.isVisible)
    assert (page.nothing.text(), page.lines.lines) == ("Only of the present.", [])
    bench.ask = answer  # type: ignore[method-assign]
    page.slow()
    until(lambda: page.view.isVisible() and bool(page.lines.lines))


def test_that_who_may_only_look_releases_nothing(page: RoundsPage, bench: Answers, until: Until) -> None:
    page.context.session.now = Standing(None, User("eve", "Eve", Role.VIEWER))
    page.person_changed()
    shown(page, bench, until)
    assert not page.view.release.isEnabled()
    assert not page.view.end.isEnabled()
    assert not page.new.isEnabled()


def test_that_stages_are_told_with_how_far_they_reach() -> None:
    rows = [(0, Mark.DONE), (1, Mark.FAILED), (1, Mark.ASKING), (2, Mark.WAITING), (-1, Mark.LEFT_OUT)]
    found = stages(rows)
    assert [(one.number, one.reach) for one in found] == [(1, 0.25), (2, 0.75), (3, 1.0)]
    assert found[1].counts == Counter({Mark.FAILED: 1, Mark.ASKED: 1})


def test_that_counts_are_told_in_both_languages(page: RoundsPage) -> None:
    look = page.context.look
    counts = Counter({Mark.DONE: 6, Mark.FAILED: 1, Mark.WAITING: 64})
    assert counted(counts, look) == "6 exécutées · 1 échec · 64 en attente"
    look.use(language="en")
    assert counted(counts, look) == "6 done · 1 failed · 64 waiting"
    assert page.form.run.text() == "Dry run"
