"""The drill: a real station records, a backup is taken beside it, it dies, and another machine goes on from there."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from supervisor.archive.backup import find
from supervisor.archive.verify import verify
from supervisor.clock import SECOND
from supervisor.database import reading
from supervisor.historian.history import History
from supervisor.journal import JournalReader
from supervisor.model import Quality
from tests.journeys.conftest import Town, until
from ui.cli import main
from ui.folder import DataFolder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def samples(folder: Path, tags: list[str], until_: int) -> dict[str, list[tuple[int, float, int]]]:
    """What a history has of each tag up to an instant; NaN as None."""
    history, found = History(folder), {}
    for tag in tags:
        some = history.samples(tag, 0, until_)
        value = [None if number != number else number for number in some.value.tolist()]
        found[tag] = list(zip(some.time.tolist(), value, some.quality.tolist(), strict=True))
    history.close()
    return found


def known(folder: Path) -> int:
    history = History(folder)
    try:
        return history.known()
    finally:
        history.close()


def test_that_a_backup_of_a_running_station_goes_on_elsewhere(town: Town, tmp_path: Path) -> None:
    tags = [tag.id for tag in town.site.tags if tag.source]
    history = town.folder.history
    until(lambda: sum(map(len, samples(history, tags, known(history)).values())) > len(tags), 60, "the station records")
    acknowledged = known(history)
    before = samples(history, tags, acknowledged)

    assert main(["history", str(town.path), "backup", str(tmp_path / "backups"), "--data", str(town.folder.root)]) == 0
    town.station.kill()
    town.station.wait()
    assert find(tmp_path / "backups")[1].known >= acknowledged

    new = DataFolder(tmp_path / "new")
    assert main(["history", str(town.path), "restore", str(tmp_path / "backups"), "--data", str(new.root)]) == 0
    assert verify(new.history).damages == []
    chain = JournalReader(new.journal).verify()
    assert chain.whole, "the journal's chain holds after the restore"
    assert chain.rows > 0
    with reading(new.journal) as connection:
        assert connection.execute("SELECT count(*) FROM alarms").fetchone()[0], "the states of the alarms went along"
    after = samples(new.history, tags, acknowledged)
    for tag in tags:
        assert set(before[tag]) <= set(after[tag]), f"{tag} has lost samples"

    town.folder = new
    town.station = town.start_station()
    until(town.ready, 60, "a station runs on what was restored")
    until(lambda: known(new.history) > acknowledged + 5 * SECOND, 30, "and records")
    again = samples(new.history, tags, acknowledged)
    # and perhaps more: an OPC UA server tells the new station its values with the times they have had since then
    assert all(set(after[tag]) <= set(again[tag]) for tag in tags)
    reader = History(new.history)
    going_on = JournalReader(new.journal).verify()
    assert going_on.whole
    assert going_on.rows > chain.rows, "the new station writes on behind the restored rows"
    hole = reader.samples("VIGIE.faults", 0, time.time_ns())
    reader.close()
    assert hole.quality[-1] == Quality.GOOD
    assert np.isfinite(hole.value[-1])
