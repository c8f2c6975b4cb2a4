"""`vigie secret`: a password is handed over without a trace on the command line."""

from __future__ import annotations

import io
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as Null

from supervisor.vault import Vault
from ui.cli import main

ANGERS = Path(__file__).resolve().parents[3] / "sites" / "angers"


class _Ring(Null):
    """A keyring that works, and keeps what it is given to itself."""

    priority = 5

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept = (username, password)


def test_that_a_password_is_kept_for_a_link_and_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def secret(link: str, *more: str, typed: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return main(["secret", str(ANGERS), link, "--data", str(tmp_path), *more])

    monkeypatch.setattr(keyring, "get_keyring", NoKeyring)
    assert secret("L-PR-2", typed="ouvre-toi\n") == 1
    assert "n'a pas de liaison « L-PR-2 ». Vouliez-vous dire « L-PR-" in capsys.readouterr().err
    assert secret("L-PR-02") == 1
    assert "aucun mot de passe n'a été donné" in capsys.readouterr().err
    assert secret("L-PR-02", typed="ouvre-toi\n") == 0
    assert f"le mot de passe de L-PR-02 est conservé dans {tmp_path}" in capsys.readouterr().out
    assert Vault(tmp_path).password("L-PR-02") == "ouvre-toi"
    assert secret("L-PR-02", "--forget", "--language", "en") == 0
    assert "the password of L-PR-02 is forgotten" in capsys.readouterr().out
    assert Vault(tmp_path).password("L-PR-02") is None
    ring = _Ring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    assert secret("L-PR-02", typed="ouvre-toi\n") == 0
    assert "est conservé dans le trousseau de ce poste" in capsys.readouterr().out
    assert ring.kept == ("L-PR-02", "ouvre-toi")
