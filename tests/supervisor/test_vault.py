from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from supervisor.errors import StoreError
from supervisor.vault import CREDENTIALS, Vault


@pytest.fixture(autouse=True)
def _headless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a keyring, whatever this one has."""
    monkeypatch.setattr(keyring, "get_keyring", NoKeyring)
    monkeypatch.delenv(CREDENTIALS, raising=False)


def test_that_a_password_is_kept_for_its_link_only_and_over_restarts(tmp_path: Path) -> None:
    Vault(tmp_path).keep("L-1", "sésame ouvre-toi")
    Vault(tmp_path).keep("L-2", "autre")
    assert Vault(tmp_path).password("L-1") == "sésame ouvre-toi"
    assert Vault(tmp_path).password("L-3") is None
    Vault(tmp_path).forget("L-1")
    assert Vault(tmp_path).password("L-1") is None
    assert Vault(tmp_path).password("L-2") == "autre"


@pytest.mark.skipif(sys.platform == "win32", reason="file modes of POSIX")
def test_that_nobody_else_can_read_the_file(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        Vault(tmp_path).keep("L-1", "x")
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_that_what_the_service_manager_hands_over_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault(tmp_path / "data")
    vault.keep("L-1", "old")
    (tmp_path / "L-1").write_text("handed\n", "utf-8")
    monkeypatch.setenv(CREDENTIALS, str(tmp_path))
    assert vault.password("L-1") == "handed"


@pytest.mark.parametrize("damage", ["{", "[1]"])
def test_that_a_damaged_file_is_said_and_not_overwritten(tmp_path: Path, damage: str) -> None:
    (tmp_path / "secrets.json").write_text(damage)
    with pytest.raises(StoreError, match=r"secrets\.json"):
        Vault(tmp_path).keep("L-1", "x")
    assert (tmp_path / "secrets.json").read_text() == damage
