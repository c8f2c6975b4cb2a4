"""The command line: errors are sentences, mistakes are listed, exit codes tell which."""

from __future__ import annotations

import logging
import shutil
from argparse import Namespace
from pathlib import Path

import pytest

from supervisor.errors import Unavailable
from ui.cli import main
from ui.cli.run_said import LINES, Lines, tongue
from ui.cli.station import _LogFile
from ui.folder import DataFolder
from ui.keeper import Child

ROOT = Path(__file__).resolve().parents[3]
ANGERS = ROOT / "sites" / "angers"


def test_that_the_demo_city_has_no_mistake(capsys):
    assert main(["check", str(ANGERS)]) == 0
    assert "aucune erreur" in capsys.readouterr().out
    assert main(["check", str(ANGERS), "--language", "en"]) == 0
    assert "no mistake found" in capsys.readouterr().out


def test_that_every_mistake_is_told_with_its_place_and_its_remedy(tmp_path, capsys):
    site = tmp_path / "angers"
    shutil.copytree(ANGERS, site)
    pump = site / "types" / "pump.toml"
    pump.write_text(pump.read_text("utf-8").replace('kind = "enum"', 'kind = "enumm"', 1), "utf-8")
    page = site / "pages" / "pumping_station.toml"
    page.write_text(page.read_text("utf-8").replace('kind = "pump"', 'kind = "pomp"', 1), "utf-8")
    assert main(["check", str(site)]) == 2
    said = capsys.readouterr().err
    assert "types/pump.toml:13: « kind » vaut « enumm ». Vouliez-vous dire « enum » ?" in said
    assert said.splitlines()[-1].endswith("dans le dossier du site"), "all of it is in the language of the site"
    assert main(["check", str(site), "--language", "en"]) == 2
    said = capsys.readouterr().err
    assert 'types/pump.toml:13: "kind" is "enumm". Did you mean "enum"?' in said
    assert said.splitlines()[-1].endswith("in the site folder")


@pytest.mark.logs("cannot be started")
def test_that_the_terminal_of_a_house_is_told_in_its_language(caplog):
    caplog.set_level(logging.INFO)
    asked, folder = Namespace(language=None, site=ANGERS), Path("/nowhere/at/all")
    Child("station", [folder / "station"], folder / "out").start()
    said = [Lines(tongue(asked)).format(record) for record in caplog.records]
    assert said[0] == "vigie: démarrage : le poste"
    assert any(line.startswith("vigie: le poste ne peut pas démarrer : ") for line in said)
    sources = "".join((ROOT / "ui" / name).read_text("utf-8") for name in ("keeper.py", "cli/run.py"))
    assert [line for line in LINES if f'"{line}"' not in sources] == [], "no line is translated that nobody writes"


def test_that_a_sheet_is_refused_in_the_language_of_the_site(tmp_path, capsys):
    words = ["sheet", str(ANGERS), "AP-00", "--data", str(tmp_path)]
    assert main(words) == 1
    assert "indiquez où : --pdf FICHIER" in capsys.readouterr().err
    assert main([*words, "--html", str(tmp_path / "a.html")]) == 1
    assert "n'a pas d'équipement « AP-00 ». Vouliez-vous dire « AP-0" in capsys.readouterr().err
    words[2] = "AP-001"
    assert main([*words, "--html", str(tmp_path / "a.html"), "--language", "en"]) == 1
    assert "no station runs on" in capsys.readouterr().err


def test_that_a_mistake_on_a_page_is_found_too(tmp_path, capsys):
    site = tmp_path / "angers"
    shutil.copytree(ANGERS, site)
    page = site / "pages" / "pumping_station.toml"
    page.write_text(page.read_text("utf-8").replace('"level"', '"leval"', 1), "utf-8")
    assert main(["check", str(site)]) == 2
    said = capsys.readouterr().err
    assert "pages/pumping_station.toml:" in said
    assert "level" in said


def test_that_a_folder_that_is_not_there_is_one_sentence(capsys):
    assert main(["station", "/nowhere"]) == 2
    assert "There is no folder /nowhere" in capsys.readouterr().err


def test_that_a_user_the_site_does_not_know_is_one_sentence(tmp_path, capsys):
    words = ["window", str(ANGERS), "--data", str(tmp_path), "--user", "nobody"]
    assert main(words) == 1
    assert "le site ne connaît pas d'utilisateur 'nobody' : possibles : " in capsys.readouterr().err
    assert main([*words, "--language", "en"]) == 1
    assert "knows no user 'nobody'" in capsys.readouterr().err


def test_that_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("vigie ")


def test_that_two_stations_never_share_a_folder(tmp_path):
    folder = DataFolder(tmp_path / "data")
    folder.make()
    with folder.held(), pytest.raises(Unavailable, match="already runs"), folder.held():
        pass
    with folder.held():
        pass


def test_that_a_data_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="choose another with --data"):
        DataFolder(tmp_path / "file" / "data").make()


def test_that_a_log_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    (tmp_path / "vigie.log").mkdir()
    assert main(["station", str(ANGERS), "--data", str(tmp_path)]) == 1
    assert "vigie.log ne peut pas être écrit (c'est un dossier) : choisissez" in capsys.readouterr().err


def test_that_a_second_station_leaves_the_log_of_the_first_alone(tmp_path, capsys):
    folder = DataFolder(tmp_path)
    folder.make()
    with folder.held():
        assert main(["station", str(ANGERS), "--data", str(tmp_path)]) == 1
    assert "un poste tourne déjà sur" in capsys.readouterr().err
    assert not folder.log.exists()


def test_that_a_log_that_takes_no_more_turns_no_line_into_a_traceback(tmp_path, capsys):
    handler = _LogFile(tmp_path / "vigie.log")
    handler.stream.close()  # as a full disk, or one that was pulled
    handler.shouldRollover = lambda record: False
    handler.emit(logging.makeLogRecord({"msg": "not written"}))
    assert capsys.readouterr().err == ""
    handler.stream = None  # or its end would stumble over it
    handler.close()


def test_that_no_screen_is_one_sentence(tmp_path, capsys, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    words = ["window", str(ANGERS), "--data", str(tmp_path)]
    assert main(words) == 1
    assert "il n'y a pas d'écran ici" in capsys.readouterr().err
    assert main([*words, "--language", "en"]) == 1
    assert "there is no screen here" in capsys.readouterr().err
