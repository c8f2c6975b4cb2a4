"""A station killed between any two steps of a command: what the next one says of it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from supervisor.clock import SystemClock
from supervisor.desk.ledger import Ledger
from supervisor.errors import StoreError
from supervisor.journal import Journal, JournalReader
from tests.supervisor.pumphouse import site

pytestmark = pytest.mark.slow


@contextmanager
def station(folder: Path, stall: str) -> Iterator[subprocess.Popen[str]]:
    """A child process, ready to command, killed without warning at the end."""
    command = [sys.executable, "-m", "tests.supervisor.child", str(folder), stall]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        try:
            yield child
        finally:
            child.kill()


def await_step(folder: Path, word: str) -> None:
    reader = JournalReader(folder / "journal.db")
    for _ in range(1000):
        with suppress(StoreError):
            if any(step.step == word for row in reader.commands(5) for step in reader.steps(row.id)):
                return
        time.sleep(0.005)
    pytest.fail(f"no step {word} within five seconds")


def restart(folder: Path) -> tuple[int, JournalReader]:
    """Start over; how many commands were found open."""
    journal = Journal(folder / "journal.db", SystemClock())
    found = Ledger(journal, site(), SystemClock()).recovered.result(5)
    journal.close()
    return found, JournalReader(folder / "journal.db")


@pytest.mark.parametrize(
    ("stall", "last"), [("write", "journalled"), ("feedback", "written"), ("confirm", "read_back")]
)
def test_that_a_command_cut_off_after_any_step_is_unknown_after_the_restart(
    tmp_path: Path, stall: str, last: str
) -> None:
    with station(tmp_path, stall):
        await_step(tmp_path, last)
    found, reader = restart(tmp_path)
    assert found == 1
    row = reader.commands(1)[0]
    assert (row.outcome, row.reason_en) == ("unknown", "station restarted")
    assert row.reason_fr
    steps = [step.step for step in reader.steps(row.id)]
    assert steps[-2:] == [last, "outcome"]
    assert reader.verify().whole
    assert (tmp_path / "field").read_text() == "1\n", "written once, by the station that died"


@pytest.mark.parametrize("lived_s", [0.0, 0.03, 0.11, 0.24, 0.37])
def test_that_wherever_it_is_killed_nothing_was_written_without_its_row_and_nothing_stays_open(
    tmp_path: Path, lived_s: float
) -> None:
    with station(tmp_path, "no"):
        time.sleep(lived_s)
    field = len((tmp_path / "field").read_text().split())
    found, reader = restart(tmp_path)
    rows = reader.commands(10_000)
    assert found <= 1
    assert field <= len(rows) <= field + 1
    assert [row.outcome for row in rows[1:]] == ["done"] * len(rows[1:])
    assert all(row.outcome in ("done", "unknown") for row in rows)
    for row in rows:
        steps = [step.step for step in reader.steps(row.id)]
        assert steps[:3] == ["requested", "checked", "journalled"]
        assert steps.count("outcome") == 1
    assert reader.verify().whole
    assert restart(tmp_path)[0] == 0
