"""Our own certificate."""

from __future__ import annotations

import os
import socket
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from drivers.opcua.certificates import AHEAD, Identity, own, person
from supervisor.errors import StoreError, Unavailable
from supervisor.trust import fingerprint, keep, names
from tests.drivers.opcua.fortress import NOW, Made, der, key, key_der


def test_that_it_is_made_once_and_says_what_the_standard_wants(tmp_path: Path) -> None:
    first = own(tmp_path, NOW)
    assert own(tmp_path, NOW + timedelta(days=100)).certificate == first.certificate
    hosts, uris = names(first.certificate)
    assert hosts == (socket.gethostname(),)
    assert uris == (first.uri,)
    assert first.key.key_size >= 2048
    assert first.certificate.not_valid_after_utc - NOW > timedelta(days=3 * 365)
    usage = first.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert usage.key_encipherment
    assert usage.data_encipherment
    purpose = first.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.CLIENT_AUTH in purpose


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_that_nobody_else_may_read_the_key(tmp_path: Path) -> None:
    own(tmp_path / "pki", NOW)
    assert (tmp_path / "pki" / "own" / "key.pem").stat().st_mode & 0o077 == 0
    assert (tmp_path / "pki" / "own").stat().st_mode & 0o077 == 0


def test_that_links_that_start_together_make_one(tmp_path: Path) -> None:
    made: list[Identity] = []
    threads = [threading.Thread(target=lambda: made.append(own(tmp_path, NOW))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({fingerprint(one.certificate) for one in made}) == 1
    assert len(made) == 6
    assert sorted(path.name for path in (tmp_path / "own").iterdir()) == ["certificate.der", "key.pem"]


def test_that_its_successor_is_there_long_before_and_used_at_the_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = own(tmp_path, NOW)
    late = first.certificate.not_valid_after_utc
    assert own(tmp_path, late - AHEAD + timedelta(days=1)).certificate == first.certificate
    assert "have every server trust" in caplog.text
    successor = (tmp_path / "own" / "next.der").read_bytes()
    assert own(tmp_path, late - timedelta(days=2)).certificate == first.certificate
    second = own(tmp_path, late - timedelta(hours=2))
    assert der(second.certificate) == successor != der(first.certificate)
    assert second.key.public_key() == first.key.public_key()
    assert "was renewed" in caplog.text
    assert not (tmp_path / "own" / "next.der").exists()
    assert own(tmp_path, late).certificate == second.certificate


def test_that_a_key_of_another_certificate_is_noticed(tmp_path: Path) -> None:
    own(tmp_path, NOW)
    keep(tmp_path / "own" / "certificate.der", der(Made(key=key(1)).issue()))
    with pytest.raises(StoreError, match="does not belong to"):
        own(tmp_path, NOW)


def test_that_a_users_certificate_comes_with_its_own_key(tmp_path: Path) -> None:
    certificate = Made("Anne", key(1)).issue()
    with pytest.raises(Unavailable, match=r"anne\.der and anne\.key"):
        person(tmp_path, "anne", None)
    keep(tmp_path / "users" / "anne.der", der(certificate))
    keep(tmp_path / "users" / "anne.key", key_der(key(2)))
    with pytest.raises(Unavailable, match="is not the key of"):
        person(tmp_path, "anne", None)
    keep(tmp_path / "users" / "anne.key", key_der(key(1)))
    assert person(tmp_path, "anne", None).certificate == certificate
