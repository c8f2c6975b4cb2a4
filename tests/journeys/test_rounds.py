"""Rounds through the real window: dry run, stages on real controllers, what stops them, a kill, and the journal."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from supervisor.journal import JournalReader
from tests.journeys.conftest import Town, lit_streets, running
from tests.journeys.seat import Seat, click, register, sit
from tests.people import PASSWORD
from ui.journal.page import JournalPage
from ui.pages import JOURNAL, ROUNDS
from ui.rounds.page import RoundsPage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
CABINETS = ("AP-001", "AP-004", "AP-009")
"""Twelve circuits."""


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    links = tuple(f"L-{id_}" for id_ in CABINETS)
    with running(tmp_path_factory.mktemp("streets"), lambda to: lit_streets(to, links)) as place:
        for cabinet in CABINETS:  # in automatic their own clock would act too
            place.mischief("set", f"{cabinet}.mode", 1)
        yield place


def choose(box: QComboBox, id_: object) -> None:
    """As a person: by the keyboard, down to the line."""
    box.setFocus()
    for _ in range(box.count()):
        QTest.keyClick(box, Qt.Key.Key_Up)
    for _ in range(box.findData(id_)):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentData() == id_


def press(button: QWidget) -> None:
    """By the keyboard alone, as far as a button takes the focus."""
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert button.hasFocus()
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    QTest.keyClick(button, Qt.Key.Key_Space)


class Desk:
    """What a person does on the page."""

    def __init__(self, seat: Seat) -> None:
        self.seat, self.reader = seat, JournalReader(seat.town.folder.journal)
        seat.window.navigate(ROUNDS)
        page = seat.window.pages[ROUNDS]
        assert isinstance(page, RoundsPage)
        self.page = page

    async def try_out(self, command: str, area: str = "") -> list[list[str]]:
        """Fill the form in and make the dry run; what the table says."""
        page, form = self.page, self.page.form
        press(page.new)
        assert form.isVisible()
        choose(form.type, "lighting_circuit")
        choose(form.command, command)
        choose(form.where, area)
        press(form.run)
        await self.seat.until(lambda: form.tried is not None, 20, "the dry run is there")
        return [[cell.text for cell in line] for line in form.lines.lines]

    async def keep(self) -> int:
        """Plan what was tried; its number."""
        form = self.page.form
        await self.seat.until(lambda: form.keep.isEnabled(), 5, "it may be kept")
        press(form.keep)
        view, known = self.page.view, self.page.chosen
        await self.seat.until(lambda: view.isVisible() and self.page.chosen != known, 20, "it is kept")
        await self.seat.until(lambda: view.one and view.one["number"] == self.page.chosen, 20, "it is shown")
        return self.page.chosen

    async def release(self, words: str) -> str:
        """Let a stage go by the button, which must say so much; the state behind it."""
        view = self.page.view
        await self.seat.until(lambda: view.release.isVisible() and view.release.isEnabled(), 20, "a stage may go")
        assert view.release.text() == words
        assert view.one
        before = view.one["changed_at"]
        press(view.release)
        await self.seat.until(lambda: self.one["changed_at"] > before, 20, "it has begun")
        await self.seat.until(lambda: self.one["state"] != "running" and not self.one["busy"], 90, "the stage is over")
        return str(self.one["state"])

    @property
    def one(self) -> dict[str, Any]:
        """The round shown, as the page knows it."""
        assert self.page.view.one
        return dict(self.page.view.one)

    def thread(self, number: int) -> list[str]:
        """What the journal has of a round, oldest first."""
        return [row.kind for row in self.reader.search(f"R{number}", category="round")[::-1]]

    def counts(self) -> Counter[str]:
        return Counter(row[2] for row in self.one["targets"])


async def lit(streets: Town) -> list[int]:
    """What the cabinets themselves say was ordered, circuit by circuit."""
    tags = [f"{id_}.C{n}.order" for id_ in CABINETS for n in range(1, 5)]
    return [await register(streets, streets.site.tag_by_id[tag]) for tag in tags]


def test_that_a_dry_run_tells_and_one_ten_and_a_hundred_percent_light_the_streets(
    streets: Town, qapp: QApplication
) -> None:
    async def scenario(seat: Seat) -> None:
        locked = f"{CABINETS[1]}.C2"
        told = await seat.context.attachment.ask("hang_lock", equipment=locked, reason="câble à nu")
        desk = Desk(seat)
        rows = await desk.try_out("on")
        assert len(rows) == 12
        assert rows[0][3] == "refusé"
        assert "câble à nu" in rows[0][4]
        assert [row[1:4] for row in rows[1:]] == [["éteint", "allumé", "changera"]] * 11
        form = desk.page.form
        assert form.effect.text() == "11 × éteint → allumé · 1 refusé"
        assert "Étapes : 1 puis 1 puis 9" in form.told.text()
        assert "kW en ce moment" in form.told.text()
        assert sum(await lit(streets)) == 0, "a dry run touches nothing"
        number = await desk.keep()
        assert desk.thread(number) == ["round_plan"]
        assert await desk.release("Lancer l'étape 1 (1 équipement)") == "held"
        assert sum(await lit(streets)) == 1
        assert await desk.release("Lancer l'étape 2 (1 équipement)") == "held"
        assert sum(await lit(streets)) == 2
        assert await desk.release("Lancer l'étape 3 (9 équipements)") == "done"
        assert sum(await lit(streets)) == 11
        assert desk.counts() == {"done": 11, "left_out": 1}
        assert await register(streets, streets.site.tag_by_id[f"{locked}.order"]) == 0
        kinds = desk.thread(number)
        assert [kind for kind in kinds if kind != "round_target"] == [
            "round_plan", "round_release", "round_held", "round_release", "round_held", "round_release", "round_done",
        ]  # fmt: skip
        assert kinds.count("round_target") == 11
        click(desk.page.view.journal)
        page = seat.window.pages[JOURNAL]
        assert isinstance(page, JournalPage)
        await seat.until(
            lambda: len(page.model.rows) == len(kinds), 20, "the journal shows its thread and nothing else"
        )
        assert {row.subject for row in page.model.rows} == {f"R{number}"}
        assert page.model.subject(page.model.rows[1]).startswith(f"R{number} · ")
        await seat.context.attachment.ask("ask_release", id=told["id"], reason="")
        assert (await asyncio.to_thread(desk.reader.verify)).whole

    sit(streets, scenario)


def test_that_a_controller_that_refuses_stops_it_and_what_waits_is_untouched(streets: Town, qapp: QApplication) -> None:
    async def scenario(seat: Seat) -> None:
        first = CABINETS[0]
        await seat.mischief("refuse", f"L-{first}")
        desk = Desk(seat)
        rows = await desk.try_out("off")
        assert sum(row[3] == "changera" for row in rows) == 11
        await desk.keep()
        assert "Les rues de ce circuit s'éteignent" in desk.page.view.consequence.text()
        assert await desk.release("Lancer l'étape 1 (1 équipement)") == "stopped"
        assert "1 commande non exécutée" in desk.page.view.state.text()
        assert desk.counts()["failed"] == 1
        assert desk.page.view.lines.lines[0][4].text == "échec", "what went wrong stands on top"
        assert sum(await lit(streets)) == 11
        await seat.mischief("restore", f"L-{first}")
        click(desk.page.view.end)
        await seat.until(lambda: desk.one["state"] == "ended", 10, "it is ended")
        assert sum(await lit(streets)) == 11

    sit(streets, scenario)


def test_that_a_station_killed_in_the_middle_finds_it_stopped_and_goes_on_with_what_waits(
    streets: Town, qapp: QApplication
) -> None:
    async def scenario(seat: Seat) -> None:
        desk = Desk(seat)
        await desk.try_out("off")
        number = await desk.keep()
        assert await desk.release("Lancer l'étape 1 (1 équipement)") == "held"
        assert await desk.release("Lancer l'étape 2 (1 équipement)") == "held"
        for cabinet in CABINETS:  # time enough to be in the middle, however slow this machine is
            await seat.mischief("late", f"L-{cabinet}", 1.0)
        press(desk.page.view.release)
        await seat.until(lambda: len(given(desk.reader)) >= 3, 30, "in the middle of the third stage")
        os.kill(streets.station.pid, signal.SIGKILL)
        streets.station.wait(10)
        for cabinet in CABINETS:
            await seat.mischief("restore", f"L-{cabinet}")
        streets.station = streets.start_station()
        await seat.until(streets.ready, 90, "another station is up")
        await seat.until(lambda: desk.one["state"] == "stopped", 30, "it finds the round stopped")
        assert "Le poste a redémarré" in desk.page.view.state.text()
        await seat.window.seat.door.sign_in("m.cesbron", PASSWORD)  # another station knows nobody yet
        waiting = desk.counts()["waiting"]
        assert 0 < waiting < 9
        assert not desk.counts()["asked"] + desk.counts()["asking"]
        assert await desk.release(f"Lancer l'étape 3 ({waiting} équipements)") == "done"
        assert max(Counter(given(desk.reader)).values()) == 1, "nothing is asked twice"
        assert set(desk.counts()) <= {"done", "unknown", "left_out"}
        kinds = [row.kind for row in desk.reader.search(f"R{number}", category="round")]
        assert (kinds.count("round_stop"), kinds.count("round_target"), kinds[0]) == (1, 11, "round_done")
        assert sum(await lit(streets)) <= desk.counts()["unknown"], "what was not written yet is not written by itself"

    def given(reader: JournalReader) -> list[str]:
        """Equipment of the commands of this round, newest first."""
        rows = reader.search(category="command", n=5000)
        begun = next(row.id for row in reader.search(category="round") if row.kind == "round_plan")
        return [row.subject for row in rows if row.id > begun and row.kind == "requested"]

    sit(streets, scenario)
