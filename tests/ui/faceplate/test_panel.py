"""The faceplate: what it shows, and how a command goes from a click to its outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from supervisor.desk.states import Stage
from supervisor.errors import Refused
from supervisor.model import Quality, Text
from tests.ui.bench import Bench, angers
from ui.faceplate.commands import Buttons, Choice, Commands, Setpoint
from ui.faceplate.panel import Content, Faceplate
from ui.faceplate.progress import Outcome, StepLine
from ui.widgets import Label

Until = Callable[[Callable[[], bool]], None]


def inside(act: Callable[[], object]) -> None:
    """Do something within the running loop, as every slot of the window is."""

    async def run() -> None:
        act()

    wait(run())


def click(widget: QWidget) -> None:
    inside(lambda: QTest.mouseClick(widget, Qt.MouseButton.LeftButton))


def press(widget: QWidget, key: Qt.Key) -> None:
    inside(lambda: QTest.keyClick(widget, key))


def wait(coroutine: Coroutine[Any, Any, Any]) -> None:
    asyncio.get_event_loop_policy().get_event_loop().run_until_complete(coroutine)


def turn(plate: Faceplate, id_: str) -> Content:
    """Turn to an equipment inside the loop and show everything once."""

    inside(lambda: plate.show_equipment(angers().equipment_by_id[id_]))
    content = plate.content
    assert content is not None
    tick(plate)
    return content


def tick(plate: Faceplate) -> None:
    context = plate.context
    plate.refresh(context.live.pull(context.clock.now()))
    if context.board.pull():
        plate.refresh_alarms()


def commands_of(content: Content) -> Commands:
    assert content.commands is not None
    return content.commands


def button(commands: Commands, spec: str) -> QWidget:
    return next(c.buttons[spec] for c in commands.controls if isinstance(c, Buttons) and spec in c.buttons)


def said(widget: QWidget) -> str:
    return " | ".join(label.text() for label in widget.findChildren(Label) if label.isVisibleTo(widget))


@pytest.mark.parametrize(
    "id_", ["PR-02", "PR-02.P1", "AP-001", "AP-001.C1", "AP-001.M", "CF-101", "TRAM-A", "L-AP-001"]
)
def test_that_any_equipment_has_a_faceplate(plate: Faceplate, tmp_path: Path, id_: str) -> None:
    content = turn(plate, id_)
    inside(plate.slow)
    assert id_ in said(content)
    inside(lambda: plate.grab().save(str(tmp_path / "plate.png")))
    assert (tmp_path / "plate.png").stat().st_size > 2_000


def test_that_the_values_follow_the_field_and_a_bad_one_is_a_dash(plate: Faceplate, until: Until, bench: Bench) -> None:
    content = turn(plate, "PR-02.P1")
    measure = next(m for m in content.measures if m.tag.spec.id == "current")
    bench.put({"PR-02.P1.current": 21.5})
    tick(plate)
    assert measure.seen is not None
    assert measure.seen.text == "21,5"
    bench.put({"PR-02.P1.current": 0}, Quality.STALE)
    tick(plate)
    assert measure.seen.text == "—"
    assert "périmée" in said(content)


def test_that_a_command_tells_its_steps_and_its_outcome(plate: Faceplate, until: Until, bench: Bench) -> None:
    content = turn(plate, "PR-02.P1")
    commands = commands_of(content)
    click(button(commands, "start"))
    until(lambda: bool(commands.progress.steps))
    assert bench.asked == [("submit", {"equipment": "PR-02.P1", "command": "start"})]
    assert not button(commands, "start").isEnabled()  # one command at a time
    bench.step(1, Stage.WRITTEN)
    bench.step(1, Stage.READ_BACK)
    bench.end(1, Stage.DONE)
    until(lambda: not commands.progress.busy)
    assert [step.step for step in commands.progress.steps][-1] == "outcome"
    assert len(commands.progress.findChildren(StepLine)) >= 5
    assert commands.progress.findChildren(Outcome)[-1].outcome == "done"
    tick(plate)
    commands.read()
    assert button(commands, "start").isEnabled()


def test_that_the_value_shown_changes_only_when_it_comes_back_up(plate: Faceplate, until: Until, bench: Bench) -> None:
    content = turn(plate, "PR-02.P1")
    commands = commands_of(content)
    manual = button(commands, "manual")
    assert isinstance(manual, QWidget)
    click(manual)
    until(lambda: bool(bench.asked))
    assert not manual.isChecked()  # type: ignore[attr-defined]
    bench.put({"PR-02.P1.mode": 1})
    tick(plate)
    assert manual.isChecked()  # type: ignore[attr-defined]
    until(lambda: 1 in bench.pages)
    bench.end(1, Stage.DONE)


def test_that_an_unknown_outcome_is_shown_as_unknown_with_advice(plate: Faceplate, until: Until, bench: Bench) -> None:
    content = turn(plate, "PR-02.P1")
    commands = commands_of(content)
    click(button(commands, "start"))
    until(lambda: 1 in bench.pages)
    bench.step(1, Stage.WRITTEN)
    bench.end(1, Stage.UNKNOWN, "Aucune relecture.")
    until(lambda: not commands.progress.busy and commands.progress.command is not None)
    assert commands.progress.findChildren(Outcome)[-1].outcome == "unknown"
    assert "Aucune relecture." in said(commands.progress)
    assert "Vérifiez" in said(commands.progress)


def test_that_a_refusal_is_a_sentence_at_the_control_that_was_used(
    plate: Faceplate, until: Until, bench: Bench
) -> None:
    content = turn(plate, "PR-02.P1")
    commands = commands_of(content)
    bench.refusal = Refused("busy", Text("Une commande est déjà en cours.", "A command is under way."))
    control = next(c for c in commands.controls if isinstance(c, Buttons) and "start" in c.buttons)
    click(control.buttons["start"])
    until(lambda: control.sentence.isVisibleTo(control))
    assert control.sentence.text() == "Une commande est déjà en cours."
    assert commands.progress.command is None
    others = [c for c in commands.controls if c is not control]
    assert not any(c.sentence.isVisibleTo(c) for c in others)


def test_that_an_interlock_that_does_not_hold_is_told_before_the_click(
    plate: Faceplate, until: Until, bench: Bench
) -> None:
    content = turn(plate, "PR-02.P1")
    commands = commands_of(content)
    assert button(commands, "start").isEnabled()
    assert all(lock.holds for lock in content.locks)
    bench.put({"PR-02.level": 0.2})
    tick(plate)
    assert not button(commands, "start").isEnabled()
    assert "assez d'eau dans la bâche" in said(commands)
    bench.put({"PR-02.level": 1.2}, Quality.TIMEOUT)
    tick(plate)
    assert not button(commands, "start").isEnabled()
    assert "n'est pas vérifiable" in said(commands)


@pytest.mark.parametrize("id_", ["PR-02.P1", "AP-001", "CF-101"])
def test_that_no_command_is_offered_over_a_link_that_is_down_and_the_reason_is_told(
    plate: Faceplate, bench: Bench, id_: str
) -> None:
    """Those without an interlock too: automatic, and setpoints."""

    def offered(commands: Commands) -> list[bool]:
        widgets = [control.findChildren(kind) for control in commands.controls for kind in (QPushButton, QLineEdit)]
        return [one.isEnabled() for found in widgets for one in found]

    commands = commands_of(turn(plate, id_))
    before = offered(commands)
    assert any(before)
    link = f"{commands.controls[0].tag.link}.connected"
    bench.put({link: 0.0})
    tick(plate)  # the link alone moved: it is one of the rows that the faceplate follows
    assert not any(offered(commands))
    assert "Liaison coupée : aucune commande ne part" in said(commands)
    bench.put({link: 1.0})
    tick(plate)
    assert offered(commands) == before
    assert "Liaison" not in said(commands)


def test_that_a_command_above_the_operators_role_is_closed_and_says_why(plate: Faceplate) -> None:
    content = turn(plate, "AP-001")
    commands = commands_of(content)
    assert not button(commands, "shut").isEnabled()
    assert button(commands, "manual").isEnabled()
    assert "chef de salle" in said(commands)


def test_that_a_critical_command_asks_first_and_cancel_has_the_focus(
    plate: Faceplate, until: Until, bench: Bench
) -> None:
    content = turn(plate, "PR-02.P1")
    commands = commands_of(content)
    click(button(commands, "stop"))
    until(lambda: commands.card is not None)
    stop = {"equipment": "PR-02.P1", "command": "stop"}
    assert bench.asked == [("select", stop)]
    card = commands.card
    assert card is not None
    assert "La bâche se remplit" in said(card)
    assert plate.focusWidget() is card.cancel
    press(card.cancel, Qt.Key.Key_Escape)
    assert commands.card is None
    until(lambda: commands.progress.command is not None and bool(commands.progress.command.outcome))
    assert bench.asked[1:] == [("cancel", {"id": 1})]
    assert commands.progress.findChildren(Outcome)[-1].said.fr == "Annulée"
    click(button(commands, "stop"))
    until(lambda: commands.card is not None)
    assert commands.card is not None
    click(commands.card.confirm)
    until(lambda: bench.asked[2:] == [("select", stop), ("operate", {"id": 2})])
    until(lambda: any(step.step == "journalled" for step in commands.progress.steps))
    bench.end(2, Stage.DONE)


def test_that_a_faceplate_that_turns_away_gives_its_selection_back(
    plate: Faceplate, until: Until, bench: Bench
) -> None:
    commands = commands_of(turn(plate, "PR-02.P1"))
    click(button(commands, "stop"))
    until(lambda: commands.card is not None)
    turn(plate, "PR-02")
    until(lambda: ("cancel", {"id": 1}) in bench.asked)


def test_that_a_confirm_card_expires_and_sends_nothing(plate: Faceplate, until: Until, bench: Bench) -> None:
    content = turn(plate, "PR-02.P1")
    commands = commands_of(content)
    click(button(commands, "stop"))
    until(lambda: commands.card is not None)
    assert commands.card is not None
    wait(bench.clock.wind(commands.card.left_s - 1))
    inside(plate.slow)
    assert commands.card is not None
    assert "expire dans 1 s" in said(commands.card)
    wait(bench.clock.wind(2))
    inside(plate.slow)
    assert commands.card is None
    assert "La confirmation a expiré" in said(commands)
    assert [act for act, _ in bench.asked] == ["select"]


def test_that_a_setpoint_outside_its_range_never_leaves(plate: Faceplate, until: Until, bench: Bench) -> None:
    bench.put({"AP-001.C1.on": 1})
    content = turn(plate, "AP-001.C1")
    commands = commands_of(content)
    dim = next(c for c in commands.controls if isinstance(c, Setpoint))
    for typed, sentence in (("5", "entre 10 à 100"), ("beaucoup", "Entrez un nombre")):
        dim.field.setText(typed)
        press(dim.field, Qt.Key.Key_Return)
        assert sentence in dim.sentence.text()
    assert bench.asked == []
    dim.field.setText("62,5")
    press(dim.field, Qt.Key.Key_Return)
    until(lambda: bool(bench.pages))
    assert bench.asked[0][1]["value"] == 62.5
    bench.end(1, Stage.DONE)


def test_that_a_plan_is_chosen_by_its_name(plate: Faceplate, until: Until, bench: Bench) -> None:
    content = turn(plate, "CF-101")
    commands = commands_of(content)
    plan = next(c for c in commands.controls if isinstance(c, Choice))
    assert plan.box.currentText() == "Pointe du matin"
    plan.box.setCurrentIndex(plan.box.findText("Nuit"))
    click(plan.button)
    until(lambda: bool(bench.pages))
    assert bench.asked[0][1] == {"equipment": "CF-101", "command": "plan", "value": 4.0}
    bench.end(1, Stage.DONE)


def test_that_a_standing_alarm_comes_with_its_guidance(plate: Faceplate, until: Until, bench: Bench) -> None:
    content = turn(plate, "PR-02.P3")
    assert not content.standing.isVisibleTo(content)
    bench.put({"PR-02.P3.state": 2})
    wait(bench.clock.wind(2))
    bench.put({"PR-02.P3.state": 2})
    tick(plate)
    assert "Défaut de pompe" in said(content.standing)
    assert "pompe de secours" in said(content.standing)


def test_that_the_last_command_is_told_to_whoever_opens_the_faceplate_later(
    plate: Faceplate, until: Until, bench: Bench
) -> None:
    wait(bench.ask("submit", equipment="PR-02.P1", command="start"))
    bench.end(1, Stage.FAILED, "L'automate a refusé.")
    content = turn(plate, "PR-02.P1")
    progress = commands_of(content).progress
    until(lambda: progress.command is not None)
    assert progress.findChildren(Outcome)[-1].outcome == "failed"
    assert "L'automate a refusé." in said(progress)


def test_that_it_says_everything_again_in_the_other_language(plate: Faceplate) -> None:
    turn(plate, "PR-02.P1")

    inside(lambda: plate.context.look.use(language="en"))
    tick(plate)
    assert plate.content is not None
    assert "Pump 1" in said(plate.content)
    assert button(commands_of(plate.content), "start").text() == "Start"  # type: ignore[attr-defined]


def test_that_escape_closes_the_faceplate(plate: Faceplate, qtbot: QtBot) -> None:
    turn(plate, "PR-02.P1")
    with qtbot.waitSignal(plate.closed):
        press(plate, Qt.Key.Key_Escape)
