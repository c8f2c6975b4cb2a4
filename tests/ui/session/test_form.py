"""The form of signing in: put away while it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from supervisor.errors import Refused, Unavailable
from supervisor.model import Text
from ui.look import Look
from ui.session.form import Field, Form, Wish
from ui.tasks import Tasks

NO = Text("Non.", "No.")


@pytest.mark.parametrize("ends", [None, Refused("password", NO), Unavailable("nobody")])
def test_that_a_form_that_is_put_away_while_it_is_sent_is_told_nothing_more(
    qapp: QApplication, loop: asyncio.AbstractEventLoop, ends: Exception | None
) -> None:
    failed: list[BaseException] = []
    tasks = Tasks(loop)
    tasks.failed = failed.append

    async def scenario() -> None:
        answer = asyncio.Event()

        async def send(given: Mapping[str, str]) -> None:
            assert given == {"user": "ann"}
            await answer.wait()
            if ends:
                raise ends

        form = Form(Look("Europe/Paris"), tasks.spawn, Wish(NO, NO, (Field("user", NO, value="ann"),), NO, send))
        form.send.click()
        await asyncio.sleep(0)
        form.cancel.click()
        form.deleteLater()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        answer.set()
        await asyncio.gather(*tasks._running, return_exceptions=True)

    loop.run_until_complete(scenario())
    assert failed == []
