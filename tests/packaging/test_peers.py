"""The peers of the tests: made, made no twice, and missed with a reason."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import peers

ROOT = Path(__file__).resolve().parents[2]


def test_that_a_device_on_libmodbus_answers_mbpoll() -> None:
    mbpoll = peers.program("mbpoll")
    with peers.modbus_device(2) as port:
        words = [mbpoll, "-m", "tcp", "-0", "-1", "-r", "1002", "-c", "2", "-t", "4:float", "-B"]
        said = subprocess.run([*words, "-p", str(port + 1), "127.0.0.1"], capture_output=True, text=True, timeout=20)
    assert "[1002]: \t1.5" in said.stdout


def test_that_preparing_again_keeps_what_is_there() -> None:
    device = Path(peers.program("modbus_device"))
    before = device.stat().st_mtime_ns
    subprocess.run([sys.executable, ROOT / "packaging" / "peers.py"], check=True, timeout=100)
    assert device.stat().st_mtime_ns == before


def test_that_a_peer_that_cannot_be_had_is_skipped_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "BUILD", tmp_path)
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "mbpoll.txt").write_text("apt could not install it\n")
    with pytest.raises(pytest.skip.Exception, match="no mbpoll: apt could not install it"):
        peers.program("mbpoll")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no mbpoll"):
        peers.program("mbpoll")
