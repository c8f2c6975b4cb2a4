"""A backup taken while others write is whole, says when it is not, and never costs what is there; journal included."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from supervisor.archive import backup as backups
from supervisor.archive.backup import MANIFEST, Manifest, backup, find, prune, unsound
from supervisor.archive.restore import restore
from supervisor.archive.verify import verify
from supervisor.clock import SECOND
from supervisor.database import sqlite3
from supervisor.errors import StoreError, Unavailable
from supervisor.historian.files import part_files
from supervisor.historian.history import History
from supervisor.holes import Holes, holes
from supervisor.journal import Entry, Journal, JournalReader
from tests.people import enrol
from tests.supervisor.archive.store import NIGHT, NOW, Store, rows_of
from tests.supervisor.historian.child import PACE, TAGS
from tests.supervisor.historian.conftest import Plant
from tests.supervisor.historian.test_crash import check_whole, recording
from tests.supervisor.pumphouse import site

DAY = 86_400 * SECOND
DAWN = NIGHT + 7200 * SECOND
"""Midnight UTC, where a partition begins."""
resource = pytest.importorskip("resource", reason="limits the size of files, which Windows can't")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three days in partitions, and something of today."""
    with Store(tmp_path / "history") as made:
        for day in range(3):
            made.put("É-1.level", [(DAWN + day * DAY + n * 60 * SECOND, n / 10, 0) for n in range(1, 900)])
        made.settle()
        made.put("É-1.word", [(NOW - 60 * SECOND, "été", 0)])
        yield made


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0x10]))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_that_a_backup_beside_a_busy_historian_has_all_that_was_safe_and_nothing_twice(
    tmp_path: Path, seed: int
) -> None:
    """The child flushes, compacts and merges without a pause, then dies by kill -9."""
    taken: list[tuple[Path, int]] = []
    with recording(tmp_path / "one", 0, seed) as child:
        while len(taken) < 5 or not any(row.partition for row in find(tmp_path / "backups")[1].files):
            assert len(taken) < 100, "it came as far as merging"
            acknowledged = _next_safe(child)
            made = backup(tmp_path / "one" / "history", tmp_path / "backups", "test", NOW)
            assert not made.damages
            taken.append((made.folder, acknowledged))
        child.send_signal(signal.SIGKILL)
    for n, (folder, acknowledged) in enumerate(taken[-5:]):
        place = tmp_path / f"restored-{n}"
        restore(folder, place / "history")
        assert verify(place / "history").damages == []
        count = check_whole(place, acknowledged)
        plant = Plant(place, PACE, TAGS)  # the station's own repair
        plant.close()
        assert check_whole(place, count) == count


def _next_safe(child: subprocess.Popen[str]) -> int:
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("safe"):
            return int(line.split()[1])
    raise AssertionError("the child has died")


def test_that_partitions_are_copied_once_and_each_backup_is_whole(store: Store, tmp_path: Path) -> None:
    to = tmp_path / "backups"
    one = backup(store.folder, to, "test", NOW)
    assert (one.kept, sum(row.partition for row in one.manifest.files)) == (0, 3)
    store.put("É-1.level", [(DAWN + 3 * DAY, 7.0, 0), (DAWN + 10 * SECOND, 8.0, 0)])
    two = backup(store.folder, to, "test", NOW)
    assert (two.kept, sum(row.partition for row in two.manifest.files)) == (3, 3)
    assert two.copied < one.copied
    store.settle()  # late samples make a next generation of the first and the last day
    three = backup(store.folder, to, "test", NOW)
    assert three.kept == 1
    assert [path.name for path in backups.backups(to)] == [one.folder.name, two.folder.name, three.folder.name]
    wanted = {}
    for made, name in ((one, "one"), (two, "two"), (three, "three")):
        restore(made.folder, tmp_path / name)
        history = History(tmp_path / name)
        wanted[name] = rows_of(history, "É-1.level")
        history.close()
    assert len(wanted["one"]) == 3 * 899
    assert wanted["two"] == wanted["three"] == rows_of(store.history, "É-1.level")


def test_that_a_restored_history_goes_on(store: Store, tmp_path: Path) -> None:
    backup(store.folder, tmp_path / "backups", "test", NOW)
    before = rows_of(store.history, "É-1.level"), rows_of(store.history, "É-1.word")
    restore(tmp_path / "backups", tmp_path / "new")
    with Store(tmp_path / "new") as other:
        assert (rows_of(other.history, "É-1.level"), rows_of(other.history, "É-1.word")) == before
        other.put("É-1.level", [(DAWN + 30 * SECOND, 99.0, 0)])
        other.settle()
        assert len(rows_of(other.history, "É-1.level")) == len(before[0]) + 1
        assert other.history.at(["É-1.level"], DAWN + 40 * SECOND).value.tolist() == [99.0]
    assert verify(tmp_path / "new").damages == []


def test_that_the_ledger_of_holes_goes_along(store: Store, tmp_path: Path) -> None:
    ledger = Holes(store.folder, store.site, NOW, 0)  # open, as in a running station
    made = backup(store.folder, tmp_path / "backups", "test", NOW)
    ledger.close()
    assert "holes.db" in {row.name for row in made.manifest.files}
    restore(tmp_path / "backups", tmp_path / "new")
    assert holes(tmp_path / "new", 0, NOW) == []
    assert verify(tmp_path / "new").damages == []


def test_that_nothing_is_restored_over_a_history(store: Store, tmp_path: Path) -> None:
    backup(store.folder, tmp_path / "backups", "test", NOW)
    with pytest.raises(Unavailable, match="nothing is ever written over one"):
        restore(tmp_path / "backups", store.folder)
    with pytest.raises(Unavailable, match="holds no backup"):
        restore(tmp_path, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_that_a_damaged_backup_is_named_and_refused_unless_one_takes_what_is_left(store: Store, tmp_path: Path) -> None:
    made = backup(store.folder, tmp_path / "backups", "test", NOW)
    first = next(row.name for row in made.manifest.files if row.partition)
    path = tmp_path / "backups" / "partitions" / first
    flip(path, _blob_place(path))
    (made.folder / "rollup.db").unlink()
    assert unsound(tmp_path / "backups") == [first, "rollup.db"]
    with pytest.raises(Unavailable, match=f"is damaged .{first}, rollup.db.: take another backup"):
        restore(tmp_path / "backups", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    restore(tmp_path / "backups", tmp_path / "new", despite=True)
    assert {damage.file for damage in verify(tmp_path / "new").damages} == {first}


def test_that_a_flipped_bit_of_the_history_is_told_by_the_backup_and_copied_as_it_is(
    store: Store, tmp_path: Path
) -> None:
    path = part_files(store.folder)[1]
    flip(path, _blob_place(path))
    made = backup(store.folder, tmp_path / "backups", "test", NOW)
    assert [(damage.file, damage.tag) for damage in made.damages] == [(path.name, "É-1.level")]
    assert unsound(tmp_path / "backups") == []


def _blob_place(path: Path) -> int:
    """Somewhere inside the samples of the only tag of a partition."""
    connection = sqlite3.connect(path)
    (blob,) = connection.execute("SELECT data FROM blob").fetchone()
    connection.close()
    return path.read_bytes().index(blob[:80]) + 60


def test_that_damage_is_named_by_tag_and_span_and_a_missing_file_too(store: Store, tmp_path: Path) -> None:
    assert verify(store.folder).damages == []
    first, second, third = part_files(store.folder)
    flip(first, _blob_place(first))
    second.write_bytes(b"\0" * 4096)
    third.unlink()
    told = {damage.file: damage for damage in verify(store.folder).damages}
    assert told[first.name].tag == "É-1.level"
    assert told[first.name].span[0] < DAWN + 60 * SECOND <= told[first.name].span[1]
    assert told[second.name].part == told[third.name].part == "file"
    assert told[third.name].reason == "The file is missing."
    assert told[third.name].span[1] - told[third.name].span[0] == DAY


def test_that_older_backups_go_and_what_they_alone_held(store: Store, tmp_path: Path) -> None:
    to = tmp_path / "backups"
    backup(store.folder, to, "test", NOW)
    store.put("É-1.level", [(DAWN + 10 * SECOND, 8.0, 0)])
    store.settle()
    newest = backup(store.folder, to, "test", NOW)
    assert len(list((to / "partitions").iterdir())) == 4
    assert prune(to, 1) == 1
    assert backups.backups(to) == [newest.folder]
    assert len(list((to / "partitions").iterdir())) == 3
    assert unsound(to) == []


def test_that_what_a_killed_backup_left_counts_for_nothing_and_goes(store: Store, tmp_path: Path) -> None:
    to, left = tmp_path / "backups", ("2026-11-01T000000Z.unfinished", "partitions/part-x.db.unfinished")
    (to / left[0]).mkdir(parents=True)
    (to / "partitions").mkdir()
    (to / left[1]).write_text("")
    assert backups.backups(to) == []
    for name in left:
        os.utime(to / name, (NOW / SECOND - 90_000, NOW / SECOND - 90_000))
    (to / "2026-11-22T085900Z.unfinished").mkdir()
    os.utime(to / "2026-11-22T085900Z.unfinished", (NOW / SECOND - 60, NOW / SECOND - 60))
    made = backup(store.folder, to, "test", NOW)
    assert sorted(path.name for path in to.iterdir()) == [
        "2026-11-22T085900Z.unfinished", made.folder.name, "partitions",
    ]  # fmt: skip
    assert not (to / left[1]).exists()


def test_that_backups_of_two_histories_are_not_mixed(store: Store, tmp_path: Path) -> None:
    backup(store.folder, tmp_path / "backups", "test", NOW)
    with Store(tmp_path / "other") as other, pytest.raises(Unavailable, match="backups of another history"):
        backup(other.folder, tmp_path / "backups", "test", NOW)


def test_that_a_full_disk_leaves_earlier_backups_as_they_were(store: Store, tmp_path: Path) -> None:
    to = tmp_path / "backups"
    one = backup(store.folder, to, "test", NOW)
    store.put("É-1.level", [(DAWN + n * SECOND, n / 7, 0) for n in range(20_000)])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(Unavailable, match="earlier backups in it are as they were"):
            backup(store.folder, to, "test", NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert backups.backups(to) == [one.folder]
    assert sorted(path.name for path in to.iterdir()) == [one.folder.name, "partitions"]
    assert unsound(to) == []


def test_that_a_backup_without_room_is_refused_before_it_begins(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 5 << 20))  # type: ignore[attr-defined]
    with pytest.raises(Unavailable, match=r"has 5 MB free, and this backup needs \d+ MB"):
        backup(store.folder, tmp_path / "backups", "test", NOW)


def test_that_a_manifest_that_is_damaged_or_newer_is_one_sentence(store: Store, tmp_path: Path) -> None:
    made = backup(store.folder, tmp_path / "backups", "test", NOW)
    path = made.folder / MANIFEST
    raw = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**raw, "format": 9}), "utf-8")
    with pytest.raises(StoreError, match="written by a newer Vigie"):
        Manifest.read(path)
    path.write_text("{", "utf-8")
    with pytest.raises(StoreError, match="cannot be read"):
        find(tmp_path / "backups")


def test_that_an_empty_folder_has_no_history_to_verify_or_to_copy(tmp_path: Path) -> None:
    for work in (lambda: verify(tmp_path), lambda: backup(tmp_path, tmp_path / "to", "test", NOW)):
        with pytest.raises(StoreError, match="there is no history here"):
            work()
    with suppress(FileNotFoundError):
        assert list((tmp_path / "to").iterdir()) == []


@pytest.fixture
def office(store: Store) -> Iterator[Journal]:
    """A journal and another file beside the history, both written while they are copied."""
    with closing(sqlite3.connect(store.folder.parent / "alarms.db")) as alarms:
        alarms.execute("CREATE TABLE state(id TEXT, state TEXT)")
        alarms.execute("INSERT INTO state VALUES ('AP-1', 'unacked')")
        alarms.commit()
    journal = Journal(store.folder.parent / "journal.db", store.clock)
    journal.extend([Entry("system", "start", subject=f"S-{n}") for n in range(200)]).result()
    yield journal
    journal.close()


def test_that_the_journal_and_the_alarms_go_along_and_the_chain_holds_after_a_restore(
    store: Store, office: Journal, tmp_path: Path
) -> None:
    made = backup(store.folder, tmp_path / "backups", "test", NOW)
    office.append(Entry("system", "stop")).result()
    assert [row.name for row in made.manifest.files if row.station] == ["alarms.db", "journal.db"]
    restore(tmp_path / "backups", tmp_path / "elsewhere" / "history")
    root = tmp_path / "elsewhere"
    assert sorted(path.name for path in root.iterdir()) == ["alarms.db", "history", "journal.db"]
    assert (root / "journal.db").stat().st_mode & 0o077 == 0, "the journal names people"
    verdict = JournalReader(root / "journal.db").verify()
    assert (verdict.whole, verdict.rows) == (True, 200)
    with closing(sqlite3.connect(root / "alarms.db")) as alarms:
        assert alarms.execute("SELECT * FROM state").fetchall() == [("AP-1", "unacked")]
    assert verify(root / "history").damages == []
    going_on = Journal(root / "journal.db", store.clock)
    assert going_on.append(Entry("system", "start")).result() == 201
    going_on.close()
    assert JournalReader(root / "journal.db").verify().whole


@pytest.mark.slow
def test_that_a_journal_is_copied_whole_while_it_is_written(store: Store, office: Journal, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            office.extend([Entry("system", "note", detail={"text": "x" * 200}) for _ in range(20)]).result()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            backup(store.folder, tmp_path / "backups", "test", NOW)
            restore(tmp_path / "backups", tmp_path / str(n) / "history")
            verdict = JournalReader(tmp_path / str(n) / "journal.db").verify()
            assert verdict.whole
            assert verdict.rows >= 200
    finally:
        stop.set()
        writer.join()


def test_that_nothing_is_restored_over_a_journal(store: Store, office: Journal, tmp_path: Path) -> None:
    backup(store.folder, tmp_path / "backups", "test", NOW)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "journal.db").write_text("mine")
    with pytest.raises(Unavailable, match=r"holds journal\.db already, and nothing is ever written over one"):
        restore(tmp_path / "backups", tmp_path / "other" / "history")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["journal.db"]
    assert (tmp_path / "other" / "journal.db").read_text() == "mine"


def test_that_an_altered_row_of_the_journal_is_told_by_backup_and_verify(
    store: Store, office: Journal, tmp_path: Path
) -> None:
    office.close()
    with closing(sqlite3.connect(store.folder.parent / "journal.db")) as journal:
        for (name,) in journal.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            journal.execute(f"DROP TRIGGER {name}")
        journal.execute("UPDATE journal SET who = 'nobody' WHERE id = 77")
        journal.commit()
    made = backup(store.folder, tmp_path / "backups", "test", NOW)
    for damages in (made.damages, verify(store.folder).damages):
        assert [(damage.file, damage.part) for damage in damages] == [("journal.db", "chain")]
        assert damages[0].reason == "The chain of the journal breaks: row 77 is altered."


def test_that_a_damaged_journal_of_a_backup_is_named(store: Store, office: Journal, tmp_path: Path) -> None:
    made = backup(store.folder, tmp_path / "backups", "test", NOW)
    flip(made.folder / "station" / "journal.db", 5000)
    assert unsound(tmp_path / "backups") == ["journal.db"]
    with pytest.raises(Unavailable, match=r"is damaged .journal\.db.: take another backup"):
        restore(tmp_path / "backups", tmp_path / "elsewhere" / "history")
    assert not (tmp_path / "elsewhere").exists() or not list((tmp_path / "elsewhere").iterdir())


def test_that_a_backup_of_before_the_journal_went_along_is_still_restored(store: Store, tmp_path: Path) -> None:
    made = backup(store.folder, tmp_path / "backups", "test", NOW)
    raw = json.loads((made.folder / MANIFEST).read_text("utf-8"))
    for row in raw["files"]:
        del row["station"]
    (made.folder / MANIFEST).write_text(json.dumps({**raw, "format": 1}), "utf-8")
    restore(tmp_path / "backups", tmp_path / "new" / "history")
    assert verify(tmp_path / "new" / "history").damages == []


def test_that_accounts_go_along_and_of_secrets_and_keys_only_the_names(store: Store, tmp_path: Path) -> None:
    root = store.folder.parent
    enrol(site(), root)
    (root / "secrets.json").write_text(json.dumps({"L-MQTT": "le secret du courtier", "mail": "x"}), "utf-8")
    for name in (
        "own/key.pem",
        "own/certificate.der",
        "trusted/AB.der",
        "rejected/CD.der",
        "links/L.pin",
        "links/L.json",
    ):
        (root / "pki" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "pki" / name).write_text("die Schlüssel", "utf-8")
    made = backup(store.folder, tmp_path / "backups", "test", NOW)
    assert "accounts.json" in {row.name for row in made.manifest.files if row.station}
    assert made.manifest.secrets == ["L-MQTT", "mail"]
    assert made.manifest.keys == ["links/L.pin", "own/certificate.der", "own/key.pem", "trusted/AB.der"]
    every = b"".join(path.read_bytes() for path in made.folder.rglob("*") if path.is_file())
    assert b"secret du courtier" not in every
    assert "die Schlüssel".encode() not in every
    restore(tmp_path / "backups", tmp_path / "elsewhere" / "history")
    new = tmp_path / "elsewhere" / "accounts.json"
    assert new.read_bytes() == (root / "accounts.json").read_bytes()
    for path in (new, made.folder / "station" / "accounts.json"):
        assert path.stat().st_mode & 0o077 == 0, "hashes are for their owner alone"
    shutil.rmtree(tmp_path / "elsewhere" / "history")
    (tmp_path / "elsewhere" / "journal.db").unlink()
    with pytest.raises(Unavailable, match=r"holds accounts\.json already"):
        restore(tmp_path / "backups", tmp_path / "elsewhere" / "history")


def test_that_accounts_that_let_nobody_in_are_told_by_backup_and_verify(store: Store, tmp_path: Path) -> None:
    (store.folder.parent / "accounts.json").write_text("{", "utf-8")
    made = backup(store.folder, tmp_path / "backups", "test", NOW)
    for damages in (made.damages, verify(store.folder).damages):
        assert [(damage.file, damage.part) for damage in damages] == [("accounts.json", "accounts")]
    restore(tmp_path / "backups", tmp_path / "new" / "history")
    assert (tmp_path / "new" / "accounts.json").read_text("utf-8") == "{"
