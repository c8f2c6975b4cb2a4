"""Whether a certificate of a server is good."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.opcua.trust import Expected, Unsafe, check, split
from supervisor.trust import TrustStore
from tests.drivers.opcua.fortress import NOW, URI, Made, der, key

MOMENT = int(NOW.timestamp()) * 1_000_000_000
EXPECTED = Expected("L", "127.0.0.1", URI)
AUTHORITY = Made("Ville d'Angers", key(2), authority=True)


@pytest.fixture
def store(tmp_path: Path) -> TrustStore:
    return TrustStore(tmp_path / "pki")


def refusal(store: TrustStore, *chain: x509.Certificate, expected: Expected = EXPECTED) -> tuple[tuple[str, ...], str]:
    """The words of what is wrong, and its sentence."""
    with pytest.raises(Unsafe) as unsafe:
        check(chain, expected, store, MOMENT)
    note = store.note(expected.link)
    assert note is not None
    return note.problems, str(unsafe.value)


@pytest.mark.parametrize(
    ("made", "word", "sentence"),
    [
        (Made(until=NOW - timedelta(hours=1)), "expired", "the server's certificate expired on"),
        (Made(since=NOW + timedelta(hours=1)), "early", "is valid only from"),
        (Made(hosts=("plc-7",)), "host", "is made out to plc-7, not to 127.0.0.1"),
        (Made(hosts=()), "host", "is made out to no machine"),
        (Made(uri="urn:other"), "uri", "the server calls itself 'urn:test:fortress', its certificate urn:other"),
        (Made(encrypts=False), "usage", "is not made for signing and encrypting"),
        (Made(signs=False), "usage", "is not made for signing and encrypting"),
        (Made(purpose=ExtendedKeyUsageOID.CLIENT_AUTH), "usage", "is not one for servers"),
        (Made(key=key(3, 1024)), "key", "an RSA key of 1024 bits"),
    ],
)
def test_that_what_is_wrong_with_a_trusted_certificate_has_its_sentence(
    store: TrustStore, made: Made, word: str, sentence: str
) -> None:
    certificate = made.issue()
    store.trust(certificate)
    problems, said = refusal(store, certificate)
    assert problems == (word,)
    assert sentence in said


def test_that_everything_wrong_is_told_at_once(store: TrustStore) -> None:
    certificate = Made(until=NOW - timedelta(hours=1), hosts=("plc-7",), uri="urn:other").issue()
    assert refusal(store, certificate)[0] == ("unknown", "expired", "host", "uri")


def test_that_a_good_one_is_taken_and_remembered_for_its_link(store: TrustStore) -> None:
    first, second = Made().issue(), Made().issue()
    store.trust(first)
    store.trust(second)
    check([first], EXPECTED, store, MOMENT)
    problems, said = refusal(store, second)  # trusted, but not on this link
    assert problems == ("changed",)
    assert "another certificate" in said
    check([second], Expected("M", "127.0.0.1", URI), store, MOMENT)
    check([first], EXPECTED, store, MOMENT)
    assert store.note("L") is None


@pytest.mark.parametrize("host", ["LOCALHOST", "localhost.", "*"])
def test_that_a_host_is_compared_as_hosts_are(store: TrustStore, host: str) -> None:
    certificate = Made().issue()
    store.trust(certificate)
    check([certificate], Expected("L", host, URI), store, MOMENT)


@pytest.mark.parametrize(("host", "good"), [("plc.angers.fr", True), ("a.b.angers.fr", False), ("angers.fr", False)])
def test_that_a_star_stands_for_one_label(store: TrustStore, host: str, good: bool) -> None:
    certificate = Made(hosts=("*.angers.fr",)).issue()
    store.trust(certificate)
    expected = Expected("L", host, URI)
    if good:
        check([certificate], expected, store, MOMENT)
    else:
        assert refusal(store, certificate, expected=expected)[0] == ("host",)


def test_that_a_trusted_authority_speaks_for_its_servers_and_their_successors(store: TrustStore) -> None:
    authority, (first, second) = AUTHORITY.issue(), (Made(issuer=AUTHORITY).issue(), Made(issuer=AUTHORITY).issue())
    assert refusal(store, first, authority)[0] == ("unknown",)
    store.trust(authority)
    check([first], EXPECTED, store, MOMENT)
    check([second, authority], EXPECTED, store, MOMENT)


def test_that_an_authority_between_is_followed_where_the_server_shows_it(store: TrustStore) -> None:
    between = Made("Eau", key(4), authority=True, issuer=AUTHORITY)
    leaf = Made(issuer=between).issue()
    store.trust(AUTHORITY.issue())
    check([leaf, between.issue()], EXPECTED, store, MOMENT)
    assert refusal(store, leaf)[0] == ("unknown",)


def test_that_what_an_authority_revoked_is_refused(store: TrustStore, tmp_path: Path) -> None:
    store.trust(AUTHORITY.issue())
    good, bad = Made(issuer=AUTHORITY).issue(), Made(issuer=AUTHORITY).issue()
    (tmp_path / "revoked.crl").write_bytes(AUTHORITY.revoking(bad))
    assert store.take(tmp_path / "revoked.crl") is None
    check([good], EXPECTED, store, MOMENT)
    problems, said = refusal(store, bad)
    assert problems == ("revoked",)
    assert "was revoked by CN=Ville d'Angers" in said


def test_that_a_list_that_is_too_old_says_nothing_any_more(store: TrustStore, tmp_path: Path) -> None:
    store.trust(AUTHORITY.issue())
    (tmp_path / "old.crl").write_bytes(AUTHORITY.revoking(until=NOW - timedelta(days=1)))
    store.take(tmp_path / "old.crl")
    assert "is too old" in refusal(store, Made(issuer=AUTHORITY).issue())[1]


def test_that_an_authority_that_has_expired_speaks_for_nobody(store: TrustStore) -> None:
    old = Made("Ville", key(2), authority=True, until=NOW - timedelta(hours=1))
    store.trust(old.issue())
    assert "authority CN=Ville is not valid today" in refusal(store, Made(issuer=old).issue())[1]


def test_that_a_trusted_server_is_no_authority_whatever_it_calls_itself(store: TrustStore) -> None:
    """Many servers' own certificates say CA: trusting a pump must not mean trusting whatever it signs."""
    pump = Made("Pump", key(5)).issue()
    forged = Made(issuer=Made("Pump", key(5))).issue()
    store.trust(pump)
    assert refusal(store, forged, pump)[0] == ("unknown",)


def test_that_a_forger_with_the_name_of_an_authority_is_not_believed(store: TrustStore) -> None:
    store.trust(AUTHORITY.issue())
    forger = Made(AUTHORITY.name, key(6), authority=True)
    assert refusal(store, Made(issuer=forger).issue(), forger.issue())[0] == ("unknown",)


def test_that_an_authority_that_signs_with_a_broken_hash_proves_nothing(store: TrustStore) -> None:
    store.trust(AUTHORITY.issue())
    certificate = Made(issuer=AUTHORITY).issue()
    check([certificate], EXPECTED, store, MOMENT)
    sha256, sha1 = (bytes.fromhex("2a864886f70d0101") + end for end in (b"\x0b", b"\x05"))  # sha…WithRSAEncryption
    told = certificate.tbs_certificate_bytes.replace(sha256, sha1)
    signature = AUTHORITY.key.sign(told, PKCS1v15(), SHA1())
    whole = der(certificate).replace(sha256, sha1).replace(certificate.signature, signature)
    assert refusal(store, *split(whole))[0] == ("unknown",)


def test_that_a_chain_is_taken_apart() -> None:
    chain = [Made(issuer=AUTHORITY).issue(), AUTHORITY.issue()]
    assert split(b"".join(map(der, chain))) == chain


@given(st.binary(max_size=200))
def test_that_garbage_is_no_certificate(data: bytes) -> None:
    with pytest.raises(Unsafe):
        split(data)


@given(at=st.integers(0, 600), flip=st.integers(1, 255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_that_a_damaged_certificate_is_refused_in_a_sentence(store: TrustStore, at: int, flip: int) -> None:
    store.trust(_WHOLE)
    damaged = bytearray(der(_WHOLE))
    damaged[at % len(damaged)] ^= flip
    with pytest.raises(Unsafe):
        check(split(bytes(damaged)), EXPECTED, store, MOMENT)


_WHOLE = Made().issue()
