"""The drill: a real station records, a backup is taken beside it, it dies, and another machine goes on from there.

Who could sign in before can, with the password of before; what was locked out is; what was signed and planned too.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from supervisor.archive.backup import find
from supervisor.archive.verify import verify
from supervisor.ask import Asker
from supervisor.clock import SECOND
from supervisor.database import reading
from supervisor.desk.lock_outs import standing
from supervisor.historian.history import History
from supervisor.journal import JournalReader
from supervisor.model import Quality, Role
from tests.journeys.conftest import Town, until
from tests.people import PASSWORD
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


def ask(town: Town, act: str, user: str, **words: Any) -> dict[str, Any]:
    """Sign in with the password everybody was given at first, and ask."""

    async def scenario() -> dict[str, Any]:
        asker = Asker(town.folder.station, "poste-1", proof=(user, PASSWORD))
        try:
            return dict(await asker.ask(act, **words))
        finally:
            await asker.close()

    return asyncio.run(scenario())


def work(town: Town, first: str, second: str) -> int:
    """What people leave standing: a lock-out, a round that waits, a note, a signed shift; the number of the round."""
    pump = next(one.id for one in town.site.equipment if "stop" in one.type.commands)
    ask(town, "hang_lock", first, equipment=pump, reason="roue bouchée")
    wish = next((one.type.id, id_) for one in town.site.equipment for id_ in one.type.commands if id_ == "on")
    number = ask(town, "round_plan", first, type=wish[0], command=wish[1], same=False)["number"]
    ask(town, "shift_note", first, text="nuit calme")
    ask(town, "shift_sign", first, password=PASSWORD, incoming=second, incoming_password=PASSWORD)
    return int(number)


def tables(path: Path) -> dict[str, int]:
    """Table of a journal's file -> how many rows."""
    with reading(path) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def known(folder: Path) -> int:
    history = History(folder)
    try:
        return history.known()
    finally:
        history.close()


def test_that_a_backup_of_a_running_station_goes_on_elsewhere(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tags = [tag.id for tag in town.site.tags if tag.source]
    history = town.folder.history
    until(lambda: sum(map(len, samples(history, tags, known(history)).values())) > len(tags), 60, "the station records")
    first, second = [one.id for one in town.site.users.values() if one.role >= Role.SUPERVISOR and not one.areas][:2]
    until(town.ready, 60, "the town is up")
    number = work(town, first, second)
    (town.folder.root / "secrets.json").write_text('{"L-MQTT": "le secret du courtier"}', "utf-8")
    key = town.folder.vault(town.site).pki / "L-MQTT" / "key.pem"
    key.parent.mkdir(parents=True)
    key.write_text("private", "ascii")
    acknowledged = known(history)
    before = samples(history, tags, acknowledged)

    assert main(["history", str(town.path), "backup", str(tmp_path / "backups"), "--data", str(town.folder.root)]) == 0
    town.station.kill()
    town.station.wait()
    assert find(tmp_path / "backups")[1].known >= acknowledged
    stood = tables(town.folder.journal)
    capsys.readouterr()

    new = DataFolder(tmp_path / "new")
    words = ("restore", str(tmp_path / "backups"), "--data", str(new.root), "--language", "en")
    assert main(["history", str(town.path), *words]) == 0
    assert verify(new.history).damages == []
    chain = JournalReader(new.journal).verify()
    assert chain.whole, "the journal's chain holds after the restore"
    assert chain.rows > 0
    said = capsys.readouterr().out
    assert f"accounts: {len(town.site.users) + 1}, with the passwords and roles of" in said
    assert f"password of L-MQTT: vigie secret {town.path} L-MQTT --data {new.root}" in said
    assert str(new.vault(town.site).pki / "L-MQTT" / "key.pem") in said
    there = tables(new.journal)
    assert there.keys() == stood.keys()
    assert all(there[name] for name in ("alarms", "lock_outs", "lock_names", "rounds", "round_targets", "shifts"))
    for name in ("lock_outs", "rounds", "round_targets", "shifts", "names"):
        assert there[name] == stood[name], name
    after = samples(new.history, tags, acknowledged)
    for tag in tags:
        assert set(before[tag]) <= set(after[tag]), f"{tag} has lost samples"

    town.folder = new
    town.station = town.start_station()
    until(town.ready, 60, "a station runs on what was restored")
    told = ask(town, "session", first)
    assert told["person"]["id"] == first, "the password of before lets in"
    assert ask(town, "round", second, number=number)["state"] == "planned"
    (lock,) = standing(new.journal)
    assert (lock.who, lock.reason) == (first, "roue bouchée")
    ask(town, "ask_release", first, id=lock.id)
    ask(town, "release_lock", second, id=lock.id)
    assert ask(town, "shift", second)["signed"][0]["outgoing"] == first
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
