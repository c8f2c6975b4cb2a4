"""The commissioning sheet: what is on the wire and what the screen shows, of a station that runs, in both languages."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from supervisor.desk.states import Stage
from tests.drivers.opcua.plant import until
from tests.people import PASSWORD
from tests.ui.commissioning.town import device, running
from ui.attach import RemoteAttachment
from ui.commissioning import sheet
from ui.commissioning.columns import LIKELY
from ui.commissioning.paper import page
from ui.commissioning.printing import print_pdf
from ui.commissioning.record import Look, Record


def test_that_a_sheet_shows_the_wire_and_the_screen_side_by_side(tmp_path: Path) -> None:
    plant = device()
    html: dict[str, str] = {}

    async def scenario() -> None:
        async with running(tmp_path, plant) as (station, data):
            attachment = RemoteAttachment(station.site, data, proof=("ena", PASSWORD))
            try:
                index = station.site.tag_by_id["CB-1.voltage"].index
                await until(lambda: station.table.columns["value"][index] == pytest.approx(231.6), timeout_s=30)
                cabinet = station.site.equipment_by_id["CB-1"]
                rows = await sheet.examined(attachment, sheet.tags_of(station.site, cabinet))
                for language in ("fr", "en"):
                    html[language] = sheet.page(station.site, cabinet, rows, "Ena Le Goff", time.time_ns(), language)
            finally:
                await attachment.close()
            voltage, mode, absent = rows
            assert (voltage.raw, voltage.text, sheet.shown(voltage, "fr")) == ("090c", "", "231,6")
            assert float(voltage.decoded) == 2316
            assert sheet.shown(mode, "en") == "auto"
            assert absent.error
            assert not absent.good

    asyncio.run(scenario())
    for words in ("Fiche de mise en service", "Rue &amp; place", "090C", "231,6", "Tension", "Centre-ville", "Visa"):
        assert words in html["fr"]
    for words in ("Commissioning sheet", "Street &amp; square", "231.6", "2 of 3 tags are good", "Initials"):
        assert words in html["en"]
    assert "holding 12 (40013) uint16, unit 1" in html["en"]


def test_that_a_test_write_over_the_socket_reaches_the_register_and_is_in_the_ledger(tmp_path: Path) -> None:
    plant = device()

    async def scenario() -> None:
        async with running(tmp_path, plant) as (station, data):
            attachment = RemoteAttachment(station.site, data, proof=("ena", PASSWORD))
            try:
                index = station.site.tag_by_id["CB-1.mode"].index
                await until(lambda: station.table.columns["value"][index] == 1, timeout_s=30)
                answer = await attachment.ask("test_write", tag="CB-1.mode", value=0.0)
                outcome = await station.desk.outcome(int(answer["id"]))
                assert outcome.stage is Stage.DONE
            finally:
                await attachment.close()
            assert plant.registers[3] == 0
            row = attachment.journal.commands(1)[0]
            assert (row.command, row.tag, row.who, row.outcome) == ("test_write", "CB-1.mode", "ena", "done")

    asyncio.run(scenario())


def test_that_paper_has_pages_and_text(tmp_path: Path, qapp: object) -> None:
    html = page(Record(Look("modbus://10.20.1.14:502", "modbus", 1_795_000_000_000_000_000)), "fr")
    print_pdf(html, tmp_path / "look.pdf")
    assert (tmp_path / "look.pdf").read_bytes().startswith(b"%PDF-")
    assert "Rien n'a été trouvé." in html
    assert LIKELY not in html
