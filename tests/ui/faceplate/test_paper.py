"""The sheet from the faceplate, and what a mark on a value means."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFileDialog

from supervisor.clock import HandClock
from supervisor.errors import Refused
from supervisor.model import Quality, Role, Text, User
from tests.ui.bench import Bench
from tests.ui.town import NOW
from ui.faceplate.measures import Measure
from ui.faceplate.panel import Content
from ui.faceplate.paper import SheetMaker
from ui.seat import Session
from ui.tasks import Tasks

ENA = User("ena", "Ena", Role.ENGINEER)
CLERK = User("clerk", "C. Clerc", Role.OPERATOR)


class Station(Bench):
    async def ask(self, act, **words):
        if act != "test_read":
            return await super().ask(act, **words)
        self.asked.append((act, words))
        if self.refusal:
            raise self.refusal
        return {"raw": "0064", "decoded": "100", "time": NOW}


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path, HandClock(NOW))
    made.calm()
    yield made
    made.close()


def faceplate(station: Station, loop, user: User) -> Content:
    content = Content(
        replace(station.context(Tasks(loop).spawn), session=Session(user)), station.site.equipment_by_id["PR-02"]
    )
    content.show()
    return content


async def ended(maker: SheetMaker) -> None:
    async with asyncio.timeout(30):
        while not maker.button.isEnabled():
            await asyncio.sleep(0.01)


def test_that_an_engineer_makes_the_sheet_from_the_faceplate(qapp, loop, station):
    async def scenario() -> None:
        content = faceplate(station, loop, ENA)
        maker = content.findChild(SheetMaker)
        maker.button.click()
        assert not maker.button.isEnabled(), "one sheet at a time"
        await ended(maker)
        assert {act for act, _ in station.asked} == {"test_read"}
        assert "valides" in maker.said.text()
        dialog = maker.findChild(QFileDialog)
        assert dialog is not None
        assert dialog.selectedFiles()[0].endswith("PR-02.pdf")
        dialog.close()
        content.stop()
        content.close()

    loop.run_until_complete(scenario())


def test_that_a_sheet_that_is_being_read_ends_with_the_faceplate_that_asked_for_it(qapp, loop, station):
    async def scenario() -> None:
        content = faceplate(station, loop, ENA)
        maker = content.findChild(SheetMaker)
        maker.button.click()
        await asyncio.sleep(0)
        content.stop()
        content.deleteLater()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        with pytest.raises(asyncio.CancelledError):
            await maker._task

    loop.run_until_complete(scenario())


def test_that_a_refusal_is_a_sentence_under_the_button(qapp, loop, station):
    async def scenario() -> None:
        station.refusal = Refused("right", Text("Le poste refuse.", "The station refuses."))
        content = faceplate(station, loop, ENA)
        maker = content.findChild(SheetMaker)
        maker.button.click()
        await ended(maker)
        assert maker.said.text() == "Le poste refuse."
        content.stop()
        content.close()

    loop.run_until_complete(scenario())


def test_that_nobody_else_is_offered_one(qapp, loop, station):
    async def scenario() -> None:
        content = faceplate(station, loop, CLERK)
        assert content.findChild(SheetMaker) is None
        content.stop()
        content.close()

    loop.run_until_complete(scenario())


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        (Quality.OUT_OF_RANGE, "Hors échelle"),
        (Quality.SUBSTITUTED, "posée à la main"),
        (Quality.TIMEOUT, "Sans réponse"),
        (Quality.STALE, "Périmée"),
    ],
)
def test_that_a_mark_says_in_its_tip_what_it_means(qapp, loop, station, quality, said):
    async def scenario() -> None:
        content = faceplate(station, loop, CLERK)
        level = next(one for one in content.measures if isinstance(one, Measure) and one.tag.id == "PR-02.level")
        assert level.toolTip() == ""
        station.put({"PR-02.level": 2.0}, quality)
        content.context.live.pull(station.clock.now())
        level.read()
        assert said in level.toolTip()
        content.stop()
        content.close()

    loop.run_until_complete(scenario())
