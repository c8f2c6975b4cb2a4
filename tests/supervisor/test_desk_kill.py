"""A station killed between any two steps of a command: what the next one says of it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from supervisor.clock import SystemClock
from supervisor.desk.ledger import Ledger
from supervisor.errors import Refused, StoreError
from supervisor.journal import Journal, JournalReader
from tests.supervisor.pumphouse import house, site

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
    for _ in range(6000):
        with suppress(StoreError):
            if any(step.step == word for row in reader.commands(5) for step in reader.steps(row.id)):
                return
        time.sleep(0.005)
    pytest.fail(f"no step {word} within half a minute")


def await_write(folder: Path) -> None:
    for _ in range(6000):
        if (folder / "field").read_text():
            return
        time.sleep(0.005)
    pytest.fail("nothing is written to the field within half a minute")


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
        await_write(tmp_path)  # "journalled" is safe a moment before the write leaves
    found, reader = restart(tmp_path)
    assert found == 1
    row = reader.commands(1)[0]
    assert (row.outcome, row.reason_en) == ("unknown", "station restarted")
    assert row.reason_fr
    steps = [step.step for step in reader.steps(row.id)]
    assert steps[-2:] == [last, "outcome"]
    assert reader.verify().whole
    assert (tmp_path / "field").read_text() == "1\n", "written once, by the station that died"


OUTCOMES = {
    # transactions that were safe -> last step, outcome, what the field was written
    1: ("selected", "refused", 0),
    2: ("awaiting", "refused", 0),
    3: ("journalled", "unknown", None),  # the write may have left, or not: nobody knows, and nobody tries again
    4: ("written", "unknown", 1),
    5: ("read_back", "unknown", 1),
    6: ("confirmed", "done", 1),
    7: ("outcome", "done", 1),
}


@pytest.mark.parametrize("transactions", OUTCOMES)
def test_that_between_every_two_steps_of_a_command_the_right_outcome_is_told(tmp_path: Path, transactions: int) -> None:
    last, outcome, written = OUTCOMES[transactions]
    with station(tmp_path, str(transactions)) as child:
        assert child.wait(60) == -signal.SIGKILL
    found, reader = restart(tmp_path)
    row = reader.commands(1)[0]
    steps = [step.step for step in reader.steps(row.id)]
    assert found == (0 if last == "outcome" else 1)
    assert steps[steps.index("outcome") - (last != "outcome")] == last
    assert (row.outcome, steps.count("outcome"), len(reader.commands(10))) == (outcome, 1, 1)
    assert outcome == "done" or row.reason_fr
    field = len((tmp_path / "field").read_text().split())
    assert field == written if written is not None else field <= 1
    assert reader.verify().whole
    assert restart(tmp_path)[0] == 0


@pytest.mark.parametrize(("stall", "last"), [("select", "selected"), ("approve", "awaiting")])
def test_that_what_waited_for_a_person_is_refused_after_the_restart_and_was_never_sent(
    tmp_path: Path, stall: str, last: str
) -> None:
    with station(tmp_path, stall):
        await_step(tmp_path, last)
    found, reader = restart(tmp_path)
    row = reader.commands(1)[0]
    assert (found, row.outcome, row.refused_by) == (1, "refused", "restarted")
    assert "rien n'est parti" in row.reason_fr
    assert (tmp_path / "field").read_text() == ""


def test_that_a_lock_out_survives_a_kill_and_nothing_passes_it(tmp_path: Path) -> None:
    with station(tmp_path, "lock"):
        reader = JournalReader(tmp_path / "journal.db")
        for _ in range(2000):
            if reader.search(category="lockout"):
                break
            time.sleep(0.005)

    async def scenario() -> None:
        async with house(tmp_path) as one:
            with pytest.raises(Refused, match="locked out by Ann") as caught:
                await one.do("stop")
            assert caught.value.check == "lock_out"
            assert "roue bouchée" in caught.value.text.fr
            assert one.device.writes == []

    asyncio.run(scenario())


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
