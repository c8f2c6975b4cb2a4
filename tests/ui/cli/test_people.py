"""`vigie people`: accounts made and changed where no station runs, and through the one that does."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

import drivers
from supervisor.ask import Asker
from supervisor.errors import Refused, Unavailable
from supervisor.journal import JournalReader
from supervisor.site import load
from tests.people import OTHER, PASSWORD
from tests.ports import free_port
from tests.ui.commissioning.town import site
from ui.assemble import Assembly
from ui.cli import main
from ui.cli.password import HANDED
from ui.cli.window import offered_of
from ui.folder import DataFolder

pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path: Path) -> list[str]:
    """The words that name a site folder and a data folder."""
    site(tmp_path / "site", f"modbus://127.0.0.1:{free_port()}")
    return [str(tmp_path / "site"), "--data", str(tmp_path / "data")]


def vigie(monkeypatch: pytest.MonkeyPatch, *words: str, typed: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["people", *words, "--language", "en"])


def rows(tmp_path: Path) -> list[tuple[str, str, str]]:
    found = JournalReader(tmp_path / "data" / "journal.db").search(category="access")
    return [(row.kind, row.who, row.subject) for row in found[::-1]]


def test_that_the_first_account_is_an_administrator_and_others_follow(
    tmp_path: Path, place: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        vigie(monkeypatch, "add", place[0], "a.martin", *place[1:], "--name", "Agnès Martin", typed="trop court\n") == 1
    )
    assert "at least 15 characters" in capsys.readouterr().err
    assert vigie(monkeypatch, "add", place[0], "bob", *place[1:], "--role", "viewer", typed=f"{PASSWORD}\n") == 1
    assert "the first account is an administrator's" in capsys.readouterr().err
    assert (
        vigie(monkeypatch, "add", place[0], "a.martin", *place[1:], "--name", "Agnès Martin", typed=f"{PASSWORD}\n")
        == 0
    )
    assert vigie(monkeypatch, "password", place[0], "ena", *place[1:], typed=f"{OTHER}\n") == 0
    assert (
        vigie(monkeypatch, "add", place[0], "bob", *place[1:], "--name", "Bob", "--role", "viewer", typed=f"{OTHER}\n")
        == 0
    )
    assert vigie(monkeypatch, "disable", place[0], "bob", *place[1:]) == 0
    assert vigie(monkeypatch, "disable", place[0], "a.martin", *place[1:]) == 1
    assert "last administrator" in capsys.readouterr().err
    assert vigie(monkeypatch, "add", place[0], "cy", *place[1:], "--area", "{nord}", typed=f"{OTHER}\n") == 1
    assert 'The site has no area "{nord}".' in capsys.readouterr().err
    assert vigie(monkeypatch, "list", *place) == 0
    said = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "administrator" in said["a.martin"]
    assert "password to be changed" in said["ena"]
    assert "disabled" in said["bob"]
    assert rows(tmp_path) == [
        ("add", "@console", "a.martin"),
        ("set_password", "@console", "ena"),
        ("add", "@console", "bob"),
        ("disable", "@console", "bob"),
    ]
    for path in (tmp_path / "data").rglob("*"):
        assert path.is_dir() or PASSWORD.encode() not in path.read_bytes(), path


def test_that_a_running_station_is_asked_by_an_administrator(
    tmp_path: Path, place: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    town = load(Path(place[0]), drivers.TABLE)
    folder = DataFolder(Path(place[2]))
    assert vigie(monkeypatch, "add", place[0], "a.martin", *place[1:], typed=f"{PASSWORD}\n") == 0

    async def add(*words: str) -> int:
        return await asyncio.to_thread(
            lambda: vigie(monkeypatch, "add", place[0], "bob", *place[1:], *words, typed=f"{OTHER}\n")
        )

    async def scenario() -> None:
        async with Assembly.of(town, folder):
            assert await add() == 1
            monkeypatch.setenv(HANDED, OTHER)
            assert await add("--as", "a.martin") == 1
            monkeypatch.setenv(HANDED, PASSWORD)
            assert await add("--as", "a.martin") == 0
            asker = Asker(folder.station, "poste-1", proof=("bob", OTHER))
            with pytest.raises(Refused) as caught:
                await asker.ask("ping")
            assert caught.value.check == "renew"
            await asker.close()

    with folder.held():
        asyncio.run(scenario())
    said = capsys.readouterr().err
    assert "--as ID" in said
    assert "Unknown user or password" in said
    assert ("add", "a.martin", "bob") in rows(tmp_path)


def test_that_it_speaks_the_language_of_the_site(
    tmp_path: Path, place: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def french(action: str, *words: str, typed: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return main(["people", action, place[0], *words, *place[1:], "--language", "fr"])

    assert french("add", "a.martin", "--name", "Agnès Martin", typed="trop court\n") == 1
    assert "au moins 15 caractères" in capsys.readouterr().err, "what the station refuses, too"
    assert french("add", "bob", "--role", "viewer", typed=f"{PASSWORD}\n") == 1
    assert "le premier compte est celui d'un administrateur" in capsys.readouterr().err
    assert french("add", "a.martin", "--name", "Agnès Martin", typed=f"{PASSWORD}\n") == 0
    assert "a.martin : compte créé" in capsys.readouterr().out
    assert french("list") == 0
    (line,) = [one for one in capsys.readouterr().out.splitlines() if one.startswith("a.martin")]
    assert line.split("  ")[0] == "a.martin"
    assert all(word in line for word in ("administrateur", "partout", "ce poste", "dernière session : jamais"))
    assert french("disable") == 1
    assert "indiquez le compte" in capsys.readouterr().err


def test_that_a_window_is_offered_for_whoever_can_sign_in_there(
    tmp_path: Path, place: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vigie(monkeypatch, "add", place[0], "a.martin", *place[1:], typed=f"{PASSWORD}\n") == 0
    town, folder = load(Path(place[0]), drivers.TABLE), DataFolder(Path(place[2]))
    assert [offered_of(town, folder, id_) for id_ in ("", "ena", "a.martin")] == ["", "ena", "a.martin"]
    with pytest.raises(Unavailable, match=r"use one of a\.martin, ena"):
        offered_of(town, folder, "nobody")
    folder.accounts.write_text("damaged")
    assert offered_of(town, folder, "nobody") == "nobody", "it opens all the same: watching needs nobody"
