"""The page of commissioning: a child looks, rows stream in, a write is asked twice; the window speaks no protocol."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from supervisor.clock import HandClock
from supervisor.model import Role, User
from tests import peers
from tests.ports import free_port
from tests.ui.bench import OPERATOR, Bench, angers
from tests.ui.commissioning.test_import import LOOK, register
from tests.ui.town import NOW
from ui.commissioning import words
from ui.commissioning.page import CommissioningPage
from ui.commissioning.printing import print_pdf
from ui.commissioning.record import Record
from ui.commissioning.saving import put
from ui.seat import Session
from ui.shell.places import PAGES
from ui.tasks import Tasks

ENA = User("ena", "Ena", Role.ENGINEER)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, HandClock(NOW))
    made.calm()
    yield made
    made.close()


@pytest.fixture
def make(
    qapp: QApplication, loop: asyncio.AbstractEventLoop, bench: Bench
) -> Iterator[Callable[..., CommissioningPage]]:
    made: list[CommissioningPage] = []
    tasks = Tasks(loop)

    def one(user: User = ENA) -> CommissioningPage:
        page = CommissioningPage(replace(bench.context(tasks.spawn), session=Session(user)))
        page.resize(1500, 900)
        page.show()
        made.append(page)
        return page

    yield one
    loop.run_until_complete(tasks.close())
    for page in made:
        page.look_pane.child.stop()
        page.close()
        page.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.slow
def test_that_a_look_at_a_real_device_fills_the_table_and_the_facts(make, until):
    page = make()
    pane = page.look_pane
    with peers.modbus_device() as port:
        pane.url.setText(f"modbus://127.0.0.1:{port}")
        assert not pane.options["unit"][1].isHidden()
        assert pane.options["topic"][1].isHidden()
        pane.options["count"][1].setText("30")
        pane.start()
        assert not pane.stop_button.isHidden()
        until(lambda: not pane.child.running)
    assert pane.model.rowCount() == 60
    heads = [pane.model.headerData(at, pane_horizontal()) for at in range(pane.model.columnCount())]
    assert {"Base 0", "Modicon", "float32 CDAB", "Hexa"} <= set(heads)
    assert [fact.name for fact in pane.record.facts if fact.kind == "unit"] == ["1"]
    assert not pane.imports.isHidden()
    assert pane.state.text() == "60 valeurs"


def pane_horizontal():
    from PySide6.QtCore import Qt

    return Qt.Orientation.Horizontal


@pytest.mark.slow
def test_that_a_device_that_is_not_there_is_one_sentence_on_the_page(make, until):
    pane = make().look_pane
    pane.url.setText(f"modbus://127.0.0.1:{free_port()}")
    pane.start()
    until(lambda: not pane.child.running)
    said = pane.nothing.text()
    assert said.startswith("Connexion impossible"), "a French window says it in French"
    assert "n'accepte pas la connexion (connexion refusée)" in said, "and the technical reason is not kept back"
    assert pane.model.rowCount() == 0
    assert not pane.start_button.isHidden()


@pytest.mark.slow
def test_that_a_look_can_be_stopped_and_its_child_is_gone(make, until):
    pane = make().look_pane
    pane.url.setText("mqtt://127.0.0.1:1")
    pane.start()
    assert pane.child.running
    pane.stop()
    assert not pane.child.running
    assert "Arrêté" in pane.state.text()


def test_that_a_password_is_asked_for_where_somebody_is_named(make):
    pane = make().look_pane
    pane.url.setText("opc.tcp://10.20.3.7")
    assert pane.password.isHidden()
    pane.options["user"][1].setText("vigie")
    assert not pane.password.isHidden()
    pane.url.setText("modbus://10.20.3.7")
    assert pane.password.isHidden()
    pane.url.setText("mqtt://vigie@10.20.3.7")
    assert not pane.password.isHidden()


def test_that_the_page_belongs_to_engineers(make):
    page = make(OPERATOR)
    assert page.stack.isHidden()
    assert not page.refusal.isHidden()
    assert next(row.role for row in PAGES if row.id == "commissioning") is Role.ENGINEER


def test_that_an_import_without_a_name_says_so(make):
    pane = make().look_pane
    pane.imports.button.click()
    assert pane.imports.state.text() == words.NEED_PACK.fr


@pytest.mark.slow
def test_that_what_is_chosen_is_imported_into_the_site_folder(make, until, bench, tmp_path):
    folder = tmp_path / "angers"
    shutil.copytree(angers().folder, folder)
    bench.site = replace(bench.site, folder=folder)
    pane = make().look_pane
    pane.record = Record(LOOK, [], [register(12), register(13)])
    pane.model.add(pane.record.findings)
    pane._arrange()
    pane.table.selectRow(1)
    pane.imports.edits["pack"].setText("acme")
    pane.imports.edits["equipment"].setText("HM-1")
    pane.imports.button.click()
    until(lambda: not pane.child.running)
    assert "vérifié sans erreur" in pane.imports.state.text(), pane.imports.state.text()
    rows = (folder / "packs" / "acme" / "tags.csv").read_text("utf-8").splitlines()
    assert [row.split(",")[0] for row in rows] == ["tag", "holding_13"]
    assert pane.imports.button.isEnabled()


def test_that_an_equipment_shows_its_tags_and_a_read_puts_the_wire_beside_them(make, until, bench, monkeypatch):
    async def ask(act: str, **said: Any) -> dict[str, Any]:
        bench.asked.append((act, said))
        return {"raw": "006e", "text": "110", "error": ""} if act == "test_read" else {"id": 1}

    monkeypatch.setattr(bench, "ask", ask)
    page = make()
    page.show_equipment(angers().equipment_by_id["AP-014"])
    pane = page.trial_pane
    assert pane.model.rowCount() == 37
    assert not [act for act, _ in bench.asked if act == "test_read"]
    assert pane.model.index(0, pane.model.QUALITY).data() == "", "not tried yet, which says nothing of the live value"
    pane.read_all.click()
    until(lambda: pane._task is None)
    assert {said["tag"] for act, said in bench.asked if act == "test_read"} == {row.tag.id for row in pane.model.rows}
    assert pane.model.index(0, pane.model.HEX).data() == "006E"
    assert pane.model.index(0, pane.model.QUALITY).data() != ""
    assert "37" in pane.state.text()


def test_that_a_write_is_asked_twice_and_can_be_called_off(make, bench):
    page = make()
    page.show_equipment(angers().equipment_by_id["AP-014"])
    pane = page.trial_pane
    names = [row.tag.id for row in pane.model.rows]
    pane.table.selectRow(names.index("AP-014.door"))
    assert not pane.write.isEnabled()
    pane.table.selectRow(names.index("AP-014.C1.dimming"))
    pane.value.setText("sept")
    pane.write.click()
    assert pane.said.text() == words.NUMBER_NEEDED.fr
    pane.value.setText("70,5")
    pane.write.click()
    assert pane.sure.text() == "Écrire 70,5 % dans AP-014.C1.dimming ?"
    assert not pane.confirm.isHidden()
    pane.cancel.click()
    assert pane.confirm.isHidden()
    assert not [act for act, _ in bench.asked if act == "test_write"]


def test_that_a_page_goes_to_paper_or_to_a_browser(tmp_path, qapp):
    assert put(tmp_path / "a.html", "<p>é</p>", "Vigie") == str(tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text("utf-8") == "<p>é</p>"
    assert put(tmp_path / "a.pdf", "<p>é</p>", "Vigie") == str(tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    assert "cannot be written" in put(tmp_path / "no" / "a.pdf", "<p>é</p>", "Vigie")
    print_pdf("<p>x</p>" * 200, tmp_path / "b.pdf")
    assert (tmp_path / "b.pdf").stat().st_size > 1000
