"""The proof of a command: everything it takes to answer for it, on one page, in both languages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog

from supervisor.clock import HandClock
from supervisor.desk.ledger import Outcome, Step
from supervisor.desk.order import Command, find
from supervisor.desk.states import Stage
from supervisor.journal import CommandRow
from supervisor.model import Text
from tests.ui.bench import Bench
from tests.ui.town import NOW
from ui.commissioning.printing import print_pdf
from ui.faceplate.panel import Faceplate
from ui.faceplate.proof import ProofMaker
from ui.faceplate.proof_page import foot, page

VALUES = {"mode": 1.0, "mode == normal or mode == amber_flashing": 1.0}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, HandClock(NOW))
    made.calm()
    yield made
    made.close()


def given(bench: Bench) -> CommandRow:
    """All-red, asked by one person, approved by another at the same seat, and obeyed."""
    order, ledger = find(bench.site, Command("CF-101", "all_red")), bench.ledger
    who, now = bench.site.users["m.cesbron"], bench.clock.now()
    one = ledger.open(order, who, now, VALUES, [Stage.SELECTED, Stage.AWAITING]).result(5)
    said = {"by": "t.gaudin", "seat": "m.cesbron", "interlocks": VALUES}
    steps = [Step(Stage.APPROVED, now, detail=said, who="t.gaudin"), Step(Stage.JOURNALLED, now, who="t.gaudin")]
    ledger.go_on(one, order, steps).result(5)
    for stage, value in ((Stage.WRITTEN, None), (Stage.READ_BACK, 3.0), (Stage.CONFIRMED, 1.0)):
        ledger.step(one, stage, None if value is None else {"value": value}).result(5)
    ledger.close(one, Outcome(Stage.DONE)).result(5)
    row = bench.journal.command(one.id)
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["Preuve de la commande", "Exécutée", "Mettre tout au rouge", "les feux sont en service", "tricolore"]),
        ("en", ["Proof of command", "Done", "Set to all red", "the signals are in service", "normal"]),
    ],
)
def test_that_the_proof_says_who_what_on_what_and_every_step_with_its_hash(
    bench: Bench, language: str, words: list[str]
) -> None:
    row = given(bench)
    html = page(bench.site, bench.journal, row, bench.clock.now(), language)
    for word in (*words, "Maëlle Cesbron (m.cesbron)", "Thierry Gaudin (t.gaudin)", "CF-101", "+0100"):
        assert word in html
    steps = bench.journal.steps(row.id)
    assert len(steps) == 10
    for step in steps:
        chained = bench.journal.row(step.journal)
        assert chained is not None
        assert chained.hash[:32] in html
        assert chained.hash[32:] in html
    last = bench.journal.row(steps[-1].journal)
    assert last is not None
    assert f"vigie journal angers verify --expect {last.id}:{last.hash}" in html


@pytest.mark.parametrize("language", ["fr", "en"])
def test_that_the_proof_is_one_page_of_paper(bench: Bench, qapp: QApplication, tmp_path: Path, language: str) -> None:
    row = given(bench)
    html = page(bench.site, bench.journal, row, bench.clock.now(), language)
    print_pdf(html, tmp_path / "proof.pdf", foot(bench.site, row, language), upright=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", (tmp_path / "proof.pdf").read_bytes())) == 1


def test_that_a_refused_command_has_a_proof_too(bench: Bench) -> None:
    order = find(bench.site, Command("CF-101", "all_red"))
    one = bench.ledger.open(order, bench.site.users["m.cesbron"], NOW, {}, [Stage.SELECTED]).result(5)
    bench.ledger.close(one, Outcome(Stage.REFUSED, Text("Annulée.", "Cancelled.")), "cancelled").result(5)
    row = bench.journal.command(one.id)
    assert row is not None
    html = page(bench.site, bench.journal, row, NOW, "fr")
    assert "Annulée" in html
    assert "pas de verrouillage" in html


def test_that_the_faceplate_offers_it_once_there_is_an_outcome(
    plate: Faceplate, until: object, bench: Bench, loop: asyncio.AbstractEventLoop, tmp_path: Path
) -> None:
    row = given(bench)

    async def turn() -> None:
        plate.show_equipment(bench.site.equipment_by_id["CF-101"])

    loop.run_until_complete(turn())
    assert plate.content is not None
    assert plate.content.commands is not None
    commands = plate.content.commands
    until(lambda: commands.progress.command == row)  # type: ignore[operator]
    commands.read()
    maker = commands.proof
    assert isinstance(maker, ProofMaker)
    assert maker.isVisibleTo(commands)

    async def press() -> None:
        maker.button.click()

    loop.run_until_complete(press())
    until(lambda: bool(maker.findChildren(QFileDialog)))  # type: ignore[operator]
    (dialog,) = maker.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "proof.pdf"))
    dialog.close()
    assert (tmp_path / "proof.pdf").stat().st_size > 5_000
