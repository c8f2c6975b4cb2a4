"""An emergency command from a seat that has no right to it: one slip of the hand is not enough."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QApplication

from supervisor.errors import Unavailable
from supervisor.model import Role, Text, User
from tests.ui.bench import Bench
from ui.faceplate.commands import Commands
from ui.faceplate.controls import Buttons
from ui.seat import Session
from ui.tasks import Tasks
from ui.widgets import Button

EVE = User("elus", "Salle des élus", Role.VIEWER)


def test_that_somebody_signed_in_without_the_right_confirms_what_it_does_before_it_leaves(
    qapp: QApplication, loop: asyncio.AbstractEventLoop, bench: Bench
) -> None:
    tasks = Tasks(loop)
    asked: list[tuple[str, Mapping[str, Any]]] = []

    class Heard(Bench):
        def __init__(self) -> None:
            self.__dict__ = bench.__dict__.copy()

        async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
            asked.append((act, words))
            raise Unavailable("heard")

    async def scenario() -> None:
        context = replace(Heard().context(tasks.spawn), session=Session(EVE))
        commands = Commands(context, bench.site.equipment_by_id["CF-101"])
        buttons = next(one for one in commands.controls if isinstance(one, Buttons) and "amber_flashing" in one.buttons)
        buttons.buttons["amber_flashing"].click()
        await asyncio.sleep(0)
        assert asked == []
        assert commands.card is not None
        commands.card.cancel.click()
        await asyncio.sleep(0)
        assert asked == []
        buttons.buttons["amber_flashing"].click()
        assert commands.card is not None
        commands.card.confirm.click()
        await asyncio.sleep(0)
        ((act, words),) = asked
        assert (act, words["equipment"], words["command"], words["name"]) == (
            "emergency",
            "CF-101",
            "amber_flashing",
            "",
        )
        commands.stop()
        commands.deleteLater()

    loop.run_until_complete(scenario())
    loop.run_until_complete(tasks.close())


def test_that_no_command_lives_from_the_moment_no_act_leaves_and_all_do_from_the_moment_one_may(
    qapp: QApplication, loop: asyncio.AbstractEventLoop, bench: Bench
) -> None:
    async def scenario() -> None:
        context = bench.context(Tasks(loop).spawn)
        commands = Commands(context, bench.site.equipment_by_id["CF-101"])
        found = [one for control in commands.controls for one in control.findChildren(Button)]
        living = {button for button in found if button.isEnabled()}
        assert living
        context.gate.turn(Text("passé", "past"))
        assert not any(button.isEnabled() for button in found)
        context.gate.turn(None)
        assert {button for button in found if button.isEnabled()} == living
        buttons = next(one for one in commands.controls if isinstance(one, Buttons) and "amber_flashing" in one.buttons)
        commands.progress._following = True
        commands.read()
        urgent = {button for button in found if button.isEnabled()}
        assert urgent == {buttons.buttons["amber_flashing"]}, "an emergency waits for no other command"
        commands.progress._following = False
        commands._ask(buttons.specs[0], buttons.specs[0].value, buttons, 0)
        assert commands.card is not None
        context.gate.turn(Text("passé", "past"))
        assert not commands.card.confirm.isEnabled()
        assert commands.card.cancel.isEnabled(), "what only puts it away is as ever"
        commands.stop()
        commands.deleteLater()

    loop.run_until_complete(scenario())
