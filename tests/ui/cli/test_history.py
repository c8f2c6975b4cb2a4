"""`vigie history`: what an engineer types and reads."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import drivers
from supervisor.clock import SECOND, SystemClock
from supervisor.database import reading
from supervisor.flow import Batch
from supervisor.historian.files import part_files
from supervisor.historian.writer import Historian
from supervisor.holes import Holes
from supervisor.model import Quality, Site, Text
from supervisor.site import load
from supervisor.table import TagTable
from supervisor.texts import Texts
from tests.ui.test_folder import HOLD
from ui.cli import history_said, main
from ui.cli.progress import drawing
from ui.folder import DataFolder

ROOT = Path(__file__).resolve().parents[3]
ANGERS = ROOT / "sites" / "angers"
DAY = 86_400 * SECOND


@pytest.fixture(scope="module")
def site() -> Site:
    return load(ANGERS, drivers.TABLE)


@pytest.fixture
def data(tmp_path: Path, site: Site) -> Iterator[Path]:
    """Two days of a level and a mode; the station was off for an hour yesterday."""
    folder, now = DataFolder(tmp_path / "data"), time.time_ns()
    folder.make()
    historian = Historian(folder.history, site.tags, Texts.create(), SystemClock())
    times = now - 2 * DAY + np.arange(2000) * 80 * SECOND

    def put(tag: str, time: object, value: object, quality: object = 0) -> None:
        count = len(np.atleast_1d(time))
        index = np.full(count, site.tag_by_id[tag].index, np.int32)
        columns = (np.broadcast_to(np.asarray(column), count) for column in (time, value, quality))
        whole, number, word = columns
        historian.put(index, whole.astype(np.int64), number.astype(np.float64), word.astype(np.uint8))

    put("PR-02.level", times, np.round(np.sin(np.arange(2000) / 9), 2))
    put("AP-001.mode", times[::50], np.arange(40) % 3)
    off = times[900]
    put("VIGIE.faults", [times[0], off, off + 3600 * SECOND], [0.0, np.nan, 0.0], [0, int(Quality.NOT_CONNECTED), 0])
    historian.close()
    yield folder.root
    assert not DataFolder(folder.root).holder()


def run(data: Path, *words: object) -> int:
    language = () if "--language" in words else ("--language", "en")
    return main(["history", str(ANGERS), *map(str, words), *language, "--data", str(data)])


def test_that_info_tells_size_age_kinds_and_holes(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "info") == 0
    said = capsys.readouterr().out
    for words in (
        "samples      2,043 of",
        "bytes a sample",
        "last flush   ",
        "partitions",
        "enum ",
        "station off  1\n",
        "link holes   none known",
    ):
        assert words in said
    assert "\x1b" not in said
    assert run(data, "info", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["samples"] == 2043
    assert {row["kind"]: row["samples"] for row in told["kinds"]}["enum"] == 40
    assert len(told["station_off"]) == 1
    assert told["holes"] == []
    assert told["files"][0]["name"] == "meta.db"


def test_that_info_tells_what_was_missed_on_a_link(data: Path, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    link, now = next(iter(site.links)), time.time_ns()
    ledger = Holes(data / "history", site, now - 900 * SECOND, 0)
    for up, second in ((1.0, 0), (0.0, 60), (1.0, 360)):
        at = now - (800 - second) * SECOND
        batch = Batch.of([site.tag_by_id[f"{link}.connected"].index], up, at)
        ledger.absorb(TagTable(site.tags).apply(batch, at))
    ledger.close()
    assert run(data, "info") == 0
    said = capsys.readouterr().out
    assert f"  {link} " in said
    assert "link holes   " in said
    assert run(data, "info", "--json") == 0
    assert link in {hole["link"] for hole in json.loads(capsys.readouterr().out)["holes"]}


def test_that_an_export_made_with_words_comes_back_by_import(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "out.parquet"
    assert run(data, "export", "--tags", "PR-02", "AP-001.mode", "--from", "-7d", "--to-file", to) == 0
    assert "2,040 samples of" in capsys.readouterr().out
    assert run(data, "import", to, "--dry-run") == 0
    assert "0 would be new, 2,040 were there already" in capsys.readouterr().out
    other = tmp_path / "other"
    assert run(other, "import", to, "--dry-run") == 0
    assert "2,040 would be new" in capsys.readouterr().out
    assert not (other / "history").exists()
    assert run(other, "import", to) == 0
    assert "2,040 are new, 0 were there already" in capsys.readouterr().out
    assert run(other, "export", "--tags", "*.level", "--every", "1h", "--from", "-3d", "--to-file", "x.pdf") == 1
    assert "x.pdf does not say its format" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--tags", "nobody"], 'no tag is called "nobody"'),
        (["--tags", "*", "--from", "now", "--to", "yesterday"], "nothing lies between --from now and --to yesterday"),
        (["--tags", "*", "--from", "noon"], '"noon" is no instant'),
        (["--tags", "*", "--every", "7min"], '"7min" is no step'),
    ],
)
def test_that_what_cannot_be_exported_is_one_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert run(data, "export", *words, "--to-file", tmp_path / "a.csv") == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "a.csv").exists()


def test_that_mistakes_of_a_file_are_listed_and_have_an_exit_code(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("time,PR-02.level,PR-02.leval\n2026-07-01,1,2\nnoon,1,2\n", "utf-8")
    assert run(data, "import", path) == 2
    said = capsys.readouterr().err
    assert f'{path}:1: neither the site nor the history has a tag "PR-02.leval". Did you mean "PR-02.level"?' in said
    assert f'{path}:3: "noon" is no instant' in said
    assert "vigie: 2 mistakes; nothing was loaded" in said
    assert run(data, "import", path, "--language", "fr") == 2
    assert f"{path}:3: « noon » n'est pas un instant" in capsys.readouterr().err


def test_that_a_running_station_is_left_alone_but_may_be_backed_up(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,PR-02.level\n2026-07-01,1\n", "utf-8")
    with subprocess.Popen([sys.executable, "-c", HOLD, data], stdout=subprocess.PIPE) as station:
        assert station.stdout is not None
        station.stdout.readline()
        for words in (["import", path], ["compact"]):
            assert run(data, *words) == 1
            assert f"the station (process {station.pid}) records into" in capsys.readouterr().err
        assert run(data, "backup", tmp_path / "backups") == 0
        assert run(data, "verify") == 0
        station.kill()
    assert "nothing is damaged" in capsys.readouterr().out


def test_that_a_backup_is_restored_verified_and_compacted(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "backups"
    (data / "secrets.json").write_text('{"L-9": "mot de passe"}', "utf-8")
    for _ in range(2):
        assert run(data, "backup", to, "--keep", "1") == 0
    said = capsys.readouterr().out
    assert "every sample flushed by" in said
    assert "1 older backup removed" in said
    assert run(data, "verify", "--backup", to) == 0
    assert run(data, "restore", to) == 1
    assert "nothing is ever written over one" in capsys.readouterr().err
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "secrets.json").write_text("nothing of ours", "utf-8")
    assert run(tmp_path / "new", "restore", to) == 0, "passwords that cannot be read are passwords to be given again"
    assert "password of L-9: vigie secret" in capsys.readouterr().out
    assert run(tmp_path / "new", "compact") == 0
    assert "samples compacted" in capsys.readouterr().out
    assert (
        run(tmp_path / "new", "export", "--tags", "PR-02.level", "--from", "-3d", "--to-file", tmp_path / "a.csv") == 0
    )
    assert "2,000 samples of 1 tag," in capsys.readouterr().out


@pytest.mark.logs("is damaged")
def test_that_damage_is_told_with_tag_and_span_and_has_an_exit_code(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "compact") == 0
    path = max(part_files(data / "history"), key=lambda part: part.stat().st_size)
    whole = bytearray(path.read_bytes())
    with reading(path) as connection:
        query = "SELECT data FROM chunk JOIN blob ON blob.id = blob_id ORDER BY n DESC"
        (blob,) = connection.execute(query).fetchone()
    whole[whole.index(blob[:80]) + 60] ^= 1
    path.write_bytes(whole)
    capsys.readouterr()
    assert run(data, "verify") == 3
    said = capsys.readouterr().err
    assert f"{path.name}  PR-02.level  2" in said
    assert "The checksum of a blob of " in said
    assert "vigie: 1 place damaged; the rest can be read" in said
    assert run(data, "verify", "--language", "fr") == 3
    assert "La somme de contrôle d'un bloc de " in capsys.readouterr().err
    assert run(data, "export", "--tags", "PR-02.level", "--from", "-3d", "--to-file", tmp_path / "a.csv") == 3
    assert "are missing in the file" in capsys.readouterr().err


def test_that_a_folder_without_history_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["info"], ["verify"], ["backup", tmp_path / "b"], ["compact"]):
        assert run(tmp_path / "none", *words) == 1
        assert "there is no history in" in capsys.readouterr().err


def test_that_a_bar_says_how_far_and_how_long() -> None:
    fr, en = history_said.LEFT.fr, history_said.LEFT.en
    assert drawing("export", 0.0, 5.0, en) == f"export  [{'.' * 30}]   0%"
    assert drawing("export", 0.5, 90.0, en) == f"export  [{'#' * 15}{'.' * 15}]  50%  1 min 30 s left"
    assert drawing("export", 0.1, 900.0, fr).endswith("10%  encore 2 h 15 min")
    assert drawing("export", 7.0, 1.0, en).endswith("100%  0 s left")


def test_that_a_terminal_sees_a_bar_that_is_wiped_and_a_file_sees_none() -> None:
    pty = pytest.importorskip("pty", reason="Windows has none")
    script = (
        "import time\nfrom ui.cli.progress import bar\n"
        "with bar('work', '{} left') as tell:\n"
        "    for n in range(12):\n        tell(n / 12); time.sleep(0.11)\n"
    )
    ours, theirs = pty.openpty()
    done = subprocess.run([sys.executable, "-c", script], stderr=theirs, cwd=ROOT, check=True)
    os.close(theirs)
    drawn = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "work  [###" in drawn
    assert drawn.endswith(" \r")
    quiet = subprocess.run([sys.executable, "-c", script], stderr=subprocess.PIPE, cwd=ROOT, check=True)
    assert quiet.stderr == b""


def test_that_the_holes_of_a_month_are_listed_and_written_with_the_availability_of_each_link(
    data: Path, site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link, other, zone = *list(site.links)[:2], ZoneInfo(site.zone)
    month = datetime.now(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first = round(month.timestamp()) * SECOND
    historian = Historian(data / "history", site.tags, Texts.create(), SystemClock())
    times = first + np.array([0, 60, 120]) * SECOND + SECOND
    index = np.full(3, site.tag_by_id[f"{link}.connected"].index, np.int32)
    historian.put(index, times, np.array([1.0, 0.0, 1.0]), np.zeros(3, np.uint8))
    historian.close()
    ledger = Holes(data / "history", site, first, 0)
    both = [site.tag_by_id[f"{id_}.connected"].index for id_ in (link, other)]
    for up, second, who in ((1.0, 1, both), (0.0, 61, both[:1]), (1.0, 121, both[:1])):
        at = first + second * SECOND
        batch = Batch.of(who, up, at)
        ledger.absorb(TagTable(site.tags).apply(batch, at))
    ledger.close()

    words = ["holes", "--month", f"{month:%Y-%m}", "--links", link, other]
    assert run(data, *words) == 0
    said = capsys.readouterr().out
    assert f"{link:<20}" in said
    assert " %  1 hole" in said
    path = tmp_path / "holes.csv"
    assert run(data, *words, "--to-file", path) == 0
    assert f"{path}: 1 hole(s) of 2 link(s), {month:%Y-%m}" in capsys.readouterr().out
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["link"], row["cause"], row["seconds"]) for row in rows] == [
        (link, "not_connected", "60.000"),
        (other, "", ""),
    ]
    assert 0 < float(rows[0]["available_percent"]) < 100
    assert datetime.fromisoformat(rows[0]["start"]) == datetime.fromtimestamp(first / SECOND + 61, zone)
    assert run(data, *words, "--to-file", path) == 1
    assert "is there already" in capsys.readouterr().err
    assert run(data, "holes", "--links", "nobody") == 1
    assert "no link is called nobody" in capsys.readouterr().err


def test_that_it_speaks_the_language_of_the_site(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", str(ANGERS), "info", "--data", str(data)]) == 0
    told = capsys.readouterr().out
    for words in ("historique   ", "échantillons 2\u202f043 de", "octets par échantillon", "trous        aucun connu"):
        assert words in told
    assert run(data, "verify", "--language", "fr") == 0
    assert "rien n'est endommagé" in capsys.readouterr().out
    assert run(tmp_path / "none", "info", "--language", "fr") == 1
    assert "il n'y a pas d'historique dans" in capsys.readouterr().err
    texts = [one for one in vars(history_said).values() if isinstance(one, Text)]
    for text in texts:
        assert text.fr.count("{}") == text.en.count("{}"), text
