from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ANGERS = Path(__file__).parents[3] / "sites" / "angers"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_that_a_reader_who_has_seen_enough_gets_no_traceback() -> None:
    command = [sys.executable, "-m", "ui.cli", "check", str(ANGERS)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    running.stdout.close()
    _, said = running.communicate(timeout=60)
    assert said == ""
    assert running.returncode == 141
