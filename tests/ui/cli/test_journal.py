"""`vigie journal`."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import openpyxl
import pytest

import drivers
from supervisor.clock import SystemClock
from supervisor.database import sqlite3
from supervisor.desk.ledger import Ledger
from supervisor.desk.order import Command
from supervisor.errors import Refused
from supervisor.journal import Entry, Journal, JournalReader
from supervisor.journal_chain import ROOT
from supervisor.model import Text
from supervisor.site import load
from ui.cli import main, said

ANGERS = Path(__file__).resolve().parents[3] / "sites" / "angers"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a journal of five rows."""
    journal = Journal(tmp_path / "journal.db", SystemClock())
    for number in range(4):
        journal.append(Entry("alarm", "raise", subject="AP-014.door_open", area="angers", detail={"value": number}))
    journal.append(Entry("access", "refused", "m.cesbron", result="right", detail={"reason": "=1+1"})).result(5)
    journal.close()
    return tmp_path


def run(folder: Path, action: str, *words: str) -> int:
    language = () if "--language" in words else ("--language", "en")
    return main(["journal", str(ANGERS), action, *words, *language, "--data", str(folder)])


def tamper(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / "journal.db")
    connection.executescript(f"DROP TRIGGER journal_kept_UPDATE; DROP TRIGGER journal_kept_DELETE; {statement};")
    connection.close()


def test_that_a_whole_chain_says_its_last_hash(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "verify") == 0
    assert capsys.readouterr().out.startswith("5 rows, all as they were written. Last: ")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE journal SET who = 'eve' WHERE id = 3", "row 3 was altered"),
        ("DELETE FROM journal WHERE id = 3", "row 3 is missing"),
        ("DELETE FROM journal WHERE id = 5", "row 5 is missing"),
        (
            "UPDATE journal SET id = 99 WHERE id = 3; UPDATE journal SET id = 3 WHERE id = 4;"
            " UPDATE journal SET id = 4 WHERE id = 99",
            "row 3 does not follow",
        ),
    ],
)
def test_that_what_was_done_to_the_chain_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], statement: str, said: str
) -> None:
    tamper(folder, statement)
    assert run(folder, "verify") == 3
    assert said in capsys.readouterr().err


def test_that_a_hash_noted_outside_is_looked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = JournalReader(folder / "journal.db").row(3)
    assert row is not None
    assert run(folder, "verify", "--expect", f"3:{row.hash}") == 0
    for stranger in (f"4:{row.hash}", "99:" + row.hash, f"3:{'0' * 64}", "nonsense"):
        assert run(folder, "verify", "--expect", stranger) == 3
        assert "was written anew" in capsys.readouterr().err


def test_that_a_lock_out_put_in_beside_the_chain_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(folder, "INSERT INTO lock_outs VALUES(7, 'AP-014', 'ned', 'x', 1, '', 0)")
    assert run(folder, "verify") == 3
    assert "lock_outs: row 7 was put in" in capsys.readouterr().err


def test_that_a_proof_is_printed_and_one_of_nothing_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "proof", "1") != 0
    assert "there is no command 1" in capsys.readouterr().err
    site, journal = load(ANGERS, drivers.TABLE), Journal(folder / "journal.db", SystemClock())
    ledger = Ledger(journal, site, SystemClock())
    refused = Refused("right", Text("Non.", "No."))
    ledger.refuse(Command("PR-02.P1", "start"), site.users["m.cesbron"], SystemClock().now(), refused).result(5)
    journal.close()
    paper = ("--pdf", str(tmp_path / "p.pdf"), "--html", str(tmp_path / "p.html"))
    assert run(folder, "proof", "1", "--language", "fr", *paper) == 0
    assert (tmp_path / "p.pdf").stat().st_size > 3_000
    assert "Preuve de la commande n° 1" in (tmp_path / "p.html").read_text("utf-8")


def test_that_rows_are_found_by_the_words_of_the_screen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "search", "--text", "cesbron refus") == 0
    assert "access.refused" in capsys.readouterr().out
    assert run(folder, "search", "--text", "apparition", "--most", "2") == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_that_an_export_holds_every_row_and_what_a_spreadsheet_takes_for_a_formula_is_text(folder: Path) -> None:
    assert run(folder, "export", str(folder / "out.csv"), "--language", "en") == 0
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[5] for row in rows] == ["Code", "access.refused", *["alarm.raise"] * 4]
    assert run(folder, "export", str(folder / "out.xlsx"), "--kind", "refused") == 0
    sheet = openpyxl.load_workbook(folder / "out.xlsx").active
    assert sheet is not None
    assert sheet.max_row == 2
    assert "=1+1" in str(sheet.cell(2, 13).value)


def test_that_json_lines_are_enough_to_check_the_chain(folder: Path) -> None:
    assert run(folder, "export", str(folder / "out.jsonl")) == 0
    rows = [json.loads(line) for line in (folder / "out.jsonl").read_text("utf-8").splitlines()][::-1]
    mark = ROOT
    for row in rows:
        detail = json.dumps(row["detail"], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        text = [*(row[name] for name in ("id", "time", "category", "kind", "who", "subject", "area", "result")), detail]
        packed = json.dumps(text, ensure_ascii=False, separators=(",", ":"))
        mark = hashlib.sha256((mark + packed).encode()).hexdigest()
        assert mark == row["hash"]
    assert len(rows) == 5


def test_that_a_file_that_is_there_is_not_replaced_unasked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "out.csv").write_text("mine")
    assert run(folder, "export", str(folder / "out.csv")) == 1
    assert "is there already" in capsys.readouterr().err
    assert run(folder, "export", str(folder / "out.txt")) == 1
    assert "ends in none of .csv, .xlsx, .jsonl" in capsys.readouterr().err
    assert (folder / "out.csv").read_text() == "mine"


def test_that_no_journal_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "verify") == 1
    assert "there is no journal in" in capsys.readouterr().err


def test_that_it_speaks_the_language_of_the_site_unless_another_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(folder / "journal.db", SystemClock())
    journal.people.meet("x.gast", "Xavière Gast")
    journal.append(Entry("alarm", "take", "x.gast", "AP-014.door_open")).result(5)
    journal.close()
    words = ("journal", str(ANGERS), "verify", "--data", str(folder))
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("6 lignes, toutes telles qu'elles ont été écrites. Dernière : 6:")
    tamper(folder, "UPDATE journal SET who = 'eve' WHERE id = 3")
    assert main(words) == 3
    assert "la ligne 3 a été modifiée après son écriture ; lignes intactes avant elle : 2" in capsys.readouterr().err
    assert run(folder, "search", "--who", "x.gast") == 0
    assert "x.gast (Xavière Gast)" in capsys.readouterr().out, (
        "an id is what a search takes, a name what a person reads"
    )
    assert main(("journal", str(ANGERS), "proof", "9", "--data", str(folder))) == 1
    assert "il n'y a pas de commande n° 9" in capsys.readouterr().err


def test_that_everything_a_command_says_is_in_both_languages() -> None:
    found = [one for one in vars(said).values() if isinstance(one, Text)]
    found += [text for one in vars(said).values() if isinstance(one, dict) for text in one.values()]
    texts = [one for one in found if isinstance(one, Text)]
    assert len(texts) > 40
    for text in texts:
        assert text.fr != text.en or text.en == "application", text
        assert text.fr.count("{}") == text.en.count("{}"), text
