"""An emergency command from a seat that has no right to it: one slip of the hand is not enough."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QApplication

from supervisor.errors import Unavailable
from supervisor.model import Role, User
from tests.ui.bench import Bench
from ui.faceplate.commands import Commands
from ui.faceplate.controls import Buttons
from ui.seat import Session
from ui.tasks import Tasks

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
