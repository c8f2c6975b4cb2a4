"""Answers that come after the faceplate has turned to another equipment."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from supervisor.errors import Refused, Unavailable
from supervisor.model import Role, Text, User
from tests.ui.bench import Bench
from ui.faceplate.panel import Content
from ui.seat import Session
from ui.tasks import Tasks

SUE, PUMP = User("s.benali", "Samira Benali", Role.SUPERVISOR), "PR-02.P1"


@pytest.mark.parametrize("end", [None, Refused("right", Text("Non.", "No.")), Unavailable("nobody")])
def test_that_an_answer_that_comes_after_the_faceplate_has_turned_away_is_no_fault(
    qapp: QApplication, loop: asyncio.AbstractEventLoop, bench: Bench, end: Exception | None
) -> None:
    failed: list[BaseException] = []
    tasks = Tasks(loop)
    tasks.failed = failed.append

    async def scenario() -> None:
        answer = asyncio.Event()

        class Slow(Bench):
            def __init__(self) -> None:
                self.__dict__ = bench.__dict__.copy()

            async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
                if act not in ("approve", "keep_lock", "substitute"):
                    raise Unavailable("no such act here")
                await answer.wait()
                if end:
                    raise end
                return {}

        seat = Slow()
        content = Content(replace(seat.context(tasks.spawn), session=Session(SUE)), bench.site.equipment_by_id[PUMP])
        assert content.commands
        asked = [
            content.commands.approval.errand.begin("approve", id=1),
            content.lock_outs.errand.begin("keep_lock", id=1),
            content.substitute.errand.begin("substitute", tag=content.tags[0].id, value=1.0, reason="capteur"),
        ]
        await asyncio.sleep(0)
        content.stop()
        content.deleteLater()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        answer.set()
        assert await asyncio.gather(*asked, return_exceptions=True) == [end] * 3

    loop.run_until_complete(scenario())
    loop.run_until_complete(tasks.close())
    assert all(isinstance(error, (Refused, Unavailable)) for error in failed), failed
