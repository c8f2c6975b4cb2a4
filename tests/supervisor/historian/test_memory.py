"""A station has no more memory than it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RECORDER = """
import sys
from pathlib import Path
import numpy as np
from supervisor.clock import SECOND, HandClock
from supervisor.historian.writer import Historian
from supervisor.texts import Texts
from tests.supervisor.historian.conftest import START, make_tags

def megabytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) // 1024

tags, noise = 1000, np.random.default_rng(1)
historian = Historian(Path(sys.argv[1]) / "history", make_tags(tags), Texts.create(), HandClock(START))
index, good = np.arange(2, tags, dtype=np.int32), np.zeros(tags - 2, np.uint8)
for second in range(600):
    time = START + second * SECOND + noise.integers(0, 900, tags - 2) * 1_000_000
    historian.put(index, time, np.round(noise.normal(20, 2, tags - 2), 1), good)
    if second % 30 == 0:
        historian.flush()
historian.flush()
before = megabytes()
done = historian.compact()
print(done.sealed, megabytes() - before)
historian.close()
"""
"""How much more it has after a compaction than before."""


@pytest.mark.skipif(sys.platform != "linux", reason="the system tells no such figure")
def test_that_what_a_compaction_took_is_given_back(tmp_path: Path) -> None:
    said = subprocess.run([sys.executable, "-c", RECORDER, str(tmp_path)], capture_output=True, text=True, check=True)
    sealed, more = map(int, said.stdout.split())
    assert sealed > 500_000
    assert more < 9, "what was sorted and coded is not needed any more"
