"""A night on duty: an unanswered alarm reaches a pager, the shift book writes itself, two sign, the journal tells."""

from __future__ import annotations

import asyncio
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from drivers.mqtt.address import parse_url
from supervisor.journal import JournalReader
from tests.journeys.conftest import Town, running, small_city
from tests.journeys.seat import Seat, click, sit
from tests.people import PASSWORD
from ui.commissioning.printing import print_pdf
from ui.journal.page import JournalPage
from ui.on_call.page import OnCallPage
from ui.pages import JOURNAL, ON_CALL, SHIFT
from ui.shift.page import ShiftPage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def hurried(to: Path) -> Path:
    """Those on call are told at once, and again after two seconds."""
    folder = small_city(to)
    path = folder / "notify.toml"
    text = re.sub(r"after_min = (5|10)\b", "after_min = 0", path.read_text("utf-8"))
    text = re.sub(r"after_min = (20|30)\b", "after_min = 0.03", text)
    path.write_text(text.replace("gap_s = 60", "gap_s = 0"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running(tmp_path_factory.mktemp("town"), hurried) as place:
        yield place


def test_that_an_alarm_nobody_answers_reaches_a_pager_step_by_step(town: Town, qapp: QApplication) -> None:
    port = parse_url(town.site.links["L-MQTT"].url).port

    async def scenario(seat: Seat) -> None:
        pager = await asyncio.create_subprocess_exec(
            "mosquitto_sub", "-p", str(port), "-t", "astreinte/#", "-F", "%t %p", stdout=asyncio.subprocess.PIPE
        )
        assert pager.stdout is not None
        seat.window.navigate(ON_CALL)
        page = seat.window.pages[ON_CALL]
        assert isinstance(page, OnCallPage)
        try:
            await seat.until(lambda: bool(page.tests), 15, "the contacts")
            heard: list[dict[str, object]] = []
            for _ in range(50):  # until the pager is there
                click(page.tests["eau"])
                try:
                    async with asyncio.timeout(1.0):
                        heard = [json.loads((await pager.stdout.readline()).split(b" ", 1)[1])]
                        break
                except TimeoutError:
                    continue
            assert [one["kind"] for one in heard] == ["test"]
            await seat.mischief("set", "PR-02.level", 5.2)
            told: list[tuple[str, dict[str, object]]] = []
            async with asyncio.timeout(60):
                while not any(topic == "astreinte/cadre" for topic, _ in told):
                    topic, payload = (await pager.stdout.readline()).decode().split(" ", 1)
                    told.append((topic, json.loads(payload)))
        finally:
            pager.terminate()
            await pager.communicate()
        alarms = [(topic, one["alarm"], one["step"]) for topic, one in told if one["kind"] == "alarm"]
        assert ("astreinte/eau", alarms[0][1], 1) in alarms
        assert len(alarms) == len(set(alarms)), "nothing was told twice"
        await seat.until(
            lambda: any(row["state"] == "sent" and row["alarm"] for row in page.model.rows), 15, "the page"
        )
        await seat.mischief("release", "PR-02.level")

    try:
        sit(town, scenario)
    finally:
        town.mischief("release", "PR-02.level")


def test_that_two_people_sign_at_one_seat_and_the_next_one_sits_there(
    town: Town, qapp: QApplication, tmp_path: Path
) -> None:
    async def scenario(seat: Seat) -> None:
        first, second = town.people()[:2]
        seat.window.navigate(SHIFT)
        page = seat.window.pages[SHIFT]
        assert isinstance(page, ShiftPage)
        await seat.until(lambda: page.sheet is not None, 15, "the running shift")
        assert page.sheet is not None
        assert sum(page.sheet.raised.values()) > 0, "it tells of the alarms of the night"
        page.note.setFocus()
        QTest.keyClicks(page.note, "Pompe 2 bruyante")
        QTest.keyClick(page.note, Qt.Key.Key_Return)
        await seat.until(lambda: "Pompe 2 bruyante" in page.text.toPlainText(), 15, "the note")
        click(page.over)
        form = page.form
        QTest.keyClicks(form.password, PASSWORD)
        form.incoming.setCurrentIndex(form.incoming.findData(second))
        QTest.keyClicks(form.other, "not the password at all")
        click(form.sign)
        await seat.until(lambda: form.said.isVisible(), 20, "a wrong password is refused")
        assert page.signed.rowCount() == 0
        form.other.clear()
        QTest.keyClicks(form.other, PASSWORD)
        await seat.until(lambda: form.sign.isEnabled(), 5)
        click(form.sign)
        await seat.until(lambda: page.signed.rowCount() == 1, 40, "the shift is signed")
        await seat.until(lambda: seat.context.user.id == second, 20, "who comes sits here")
        await page.show_signed(1)
        assert page.sheet.number == 1
        assert (page.sheet.outgoing, page.sheet.incoming) == (first, second)
        print_pdf(page.html(), tmp_path / "shift.pdf")
        assert (tmp_path / "shift.pdf").read_bytes().startswith(b"%PDF")

    sit(town, scenario, user=town.people()[0])


def test_that_the_journal_finds_what_happened_by_the_words_of_the_screen(
    town: Town, qapp: QApplication, tmp_path: Path
) -> None:
    async def scenario(seat: Seat) -> None:
        seat.window.navigate(JOURNAL)
        page = seat.window.pages[JOURNAL]
        assert isinstance(page, JournalPage)
        page.text.setText("quart signé")
        page.text.settled.emit()
        await seat.until(lambda: [row.kind for row in page.model.rows] == ["sign"], 20, "the signature")
        page.text.setText("gambetta apparition")
        page.text.settled.emit()
        await seat.until(lambda: bool(page.model.rows) and {row.kind for row in page.model.rows} == {"raise"}, 20)
        page.export(tmp_path / "out.csv")
        await seat.until(lambda: (tmp_path / "out.csv").exists() and "out.csv" in page.count.text(), 20)
        with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.reader(file, delimiter=";"))) == len(page.model.rows) + 1

    sit(town, scenario)
    assert JournalReader(town.folder.journal).verify().whole
