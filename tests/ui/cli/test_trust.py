"""`vigie trust`."""

from __future__ import annotations

from pathlib import Path

import pytest

import drivers
from drivers.opcua.certificates import own
from supervisor.site import load
from supervisor.trust import TrustStore, fingerprint, grouped
from tests.drivers.opcua.fortress import NOW, Made, der, key
from ui.cli import main

ANGERS = Path(__file__).resolve().parents[3] / "sites" / "angers"
CERTIFICATE = Made("PLC 7").issue()
MARK = fingerprint(CERTIFICATE)


@pytest.fixture
def store(tmp_path: Path) -> TrustStore:
    return TrustStore(tmp_path / "pki")


def run(tmp_path: Path, *words: str) -> int:
    language = () if "--language" in words else ("--language", "en")
    return main(["trust", str(ANGERS), *words, *language, "--data", str(tmp_path)])


def a_link() -> str:
    return next(iter(load(ANGERS, drivers.TABLE).links))


def test_that_what_was_refused_is_listed_with_what_a_person_compares(
    store: TrustStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.refuse(a_link(), CERTIFICATE, "10.0.0.7", ["unknown", "host"], 1)
    own(tmp_path / "pki", NOW)
    assert run(tmp_path) == 0
    said = capsys.readouterr().out
    for word in ("CN=PLC 7", "itself", "127.0.0.1", grouped(MARK), f"{a_link()} (10.0.0.7): unknown, host", "Ours"):
        assert word in said
    assert run(tmp_path, a_link()) == 0
    assert grouped(MARK) in capsys.readouterr().out
    assert run(tmp_path, "--language", "fr") == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("Refusés : 1", "émetteur     lui-même", "présenté à", "Le nôtre, à faire"))
    assert run(tmp_path, "ABCDEF0123456789", "--language", "fr") == 1
    assert "aucun certificat n'a l'empreinte" in capsys.readouterr().err


def test_that_nothing_is_trusted_unless_somebody_says_so(
    store: TrustStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.refuse(a_link(), CERTIFICATE, "10.0.0.7", ["unknown"], 1)
    assert run(tmp_path, MARK) == 0  # nobody sits at the terminal
    assert "nothing was changed" in capsys.readouterr().out
    assert not store.holds(CERTIFICATE)
    assert run(tmp_path, MARK, "--yes") == 0
    said = capsys.readouterr().out
    assert said.index("CN=PLC 7") < said.index(f"is trusted on {a_link()}")
    assert store.pin(a_link()) == MARK
    assert run(tmp_path, "--revoke", MARK, "--yes") == 0
    assert not store.holds(CERTIFICATE)


def test_that_an_authority_and_its_list_come_as_files(store: TrustStore, tmp_path: Path) -> None:
    authority = Made("Ville", key(2), authority=True)
    (tmp_path / "ville.der").write_bytes(der(authority.issue()))
    (tmp_path / "ville.crl").write_bytes(authority.revoking())
    assert run(tmp_path, str(tmp_path / "ville.der"), str(tmp_path / "ville.crl"), "--yes") == 0
    assert len(store.trusted()) == len(store.revocations()) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["no-such-thing"], "is no link, no fingerprint and no file"),
        (["ABCDEF0123456789"], "no certificate has the fingerprint"),
        (["--revoke", "0123456789ABCDEF"], "no certificate has the fingerprint"),
    ],
)
def test_that_a_wrong_word_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert run(tmp_path, *words) == 1
    assert sentence in capsys.readouterr().err
