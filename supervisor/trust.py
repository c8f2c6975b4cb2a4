"""TrustStore: which servers' certificates this station trusts, as plain files that a person may look into.

    pki/trusted/<fingerprint>.der    servers, and authorities that issue certificates to servers
        rejected/<fingerprint>.der   what was shown and is not trusted; nothing is ever moved from here by itself
        crl/*.crl                    what an authority has revoked, DER or PEM
        links/<link>.pin             fingerprint of the certificate that was trusted for a link
              <link>.json            what the link was last refused for

Drivers read and write it in threads, `vigie trust` from another process: every file is replaced whole.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from supervisor.errors import StoreError, Unavailable

SHORTEST = 16
"""Hexadecimal digits of a fingerprint that must be given: fewer could be met on purpose."""


class Seen(msgspec.Struct, frozen=True):
    """A certificate in the words a person decides by."""

    fingerprint: str
    """SHA-256 over the DER, 64 capital hexadecimal digits."""
    subject: str
    issuer: str
    """Equal to `subject` where it signed itself."""
    since: int
    """Valid from, seconds UTC."""
    until: int
    """Valid to, seconds UTC."""
    hosts: tuple[str, ...]
    """Names and numbers of machines it is made out to."""
    uris: tuple[str, ...]
    authority: bool


class Note(msgspec.Struct, frozen=True):
    """What a link was last refused for."""

    fingerprint: str
    host: str
    """What the link called the server."""
    problems: tuple[str, ...]
    """Words of `drivers.opcua.trust`, such as "unknown" or "expired"."""
    time: int
    """When that was first so, ns UTC."""
    declined: bool = False
    """A person looked at it and said no."""


class TrustStore:
    """See the module. Everything may block, and raises StoreError where a file cannot be read or written."""

    def __init__(self, pki: Path) -> None:
        self._pki = pki
        self._trusted, self._rejected = pki / "trusted", pki / "rejected"
        self._links = pki / "links"

    # ------------------------------------------------------------ what is there
    def trusted(self) -> tuple[x509.Certificate, ...]:
        """Servers and authorities; StoreError names a file that holds no certificate."""
        return tuple(self._certificates(self._trusted))

    def rejected(self) -> tuple[x509.Certificate, ...]:
        """What was shown and is not trusted."""
        return tuple(self._certificates(self._rejected))

    def revocations(self) -> tuple[x509.CertificateRevocationList, ...]:
        """The lists of all authorities."""
        return tuple(_revocations(path) for path in _files(self._pki / "crl", "*.crl"))

    def holds(self, certificate: x509.Certificate) -> bool:
        """Whether this very certificate is trusted."""
        return (self._trusted / f"{fingerprint(certificate)}.der").is_file()

    def pin(self, link: str) -> str:
        """Fingerprint of the certificate trusted for a link; empty where there is none yet."""
        with _spoken(path := self._pin(link)), suppress(FileNotFoundError):
            return path.read_text("ascii").strip()
        return ""

    def note(self, link: str) -> Note | None:
        """What the link was last refused for; None where nothing is wrong."""
        with _spoken(path := self._note(link)), suppress(FileNotFoundError):
            return msgspec.json.decode(path.read_bytes(), type=Note)
        return None

    def notes(self) -> dict[str, Note]:
        """Link -> what it was last refused for."""
        links = [unquote(path.stem) for path in _files(self._links, "*.json")]
        return {link: note for link in links if (note := self.note(link))}

    def find(self, given: str) -> x509.Certificate:
        """The one whose fingerprint begins so; colons, spaces and small letters are welcome. Raises Unavailable."""
        wanted = given.replace(":", "").replace(" ", "").upper()
        every = {fingerprint(one): one for one in (*self.trusted(), *self.rejected())}
        found = [one for mark, one in every.items() if mark.startswith(wanted)]
        if len(wanted) < SHORTEST or len(found) != 1:
            raise Unavailable(
                f'no certificate has the fingerprint "{given}": give at least {SHORTEST} digits of one of '
                + (", ".join(every) or "those that a link has been shown; there is none yet")
            )
        return found[0]

    # ------------------------------------------------------------ what a person decides
    def trust(self, certificate: x509.Certificate, link: str = "") -> tuple[str, ...]:
        """Trust it, for this link or for every link that was refused because of it; returns those links."""
        mark = fingerprint(certificate)
        self._put(self._trusted / f"{mark}.der", certificate.public_bytes(Encoding.DER))
        links = (link,) if link else tuple(name for name, note in self.notes().items() if note.fingerprint == mark)
        for name in links:
            self._put(self._pin(name), mark.encode())
            self._drop(self._note(name))
        self._drop(self._rejected / f"{mark}.der")
        return links

    def decline(self, link: str) -> None:
        """Somebody looked at what this link was shown, and said no: it stays refused, and is no longer asked about."""
        if note := self.note(link):
            self._put(self._note(link), msgspec.json.encode(msgspec.structs.replace(note, declined=True)))

    def revoke(self, certificate: x509.Certificate) -> None:
        """Trust it no longer, on any link; what is open stays so until its next connection."""
        mark = fingerprint(certificate)
        self._put(self._rejected / f"{mark}.der", certificate.public_bytes(Encoding.DER))
        self._drop(self._trusted / f"{mark}.der")
        for path in _files(self._links, "*.pin"):
            if self.pin(unquote(path.stem)) == mark:
                self._drop(path)

    def take(self, path: Path) -> x509.Certificate | None:
        """Trust a file: a certificate, or the list of what an authority revoked (None). Raises Unavailable."""
        data = _read(path)
        try:
            certificate = parse(data)
        except ValueError:
            self._take_list(path, data)
            return None
        self.trust(certificate)
        return certificate

    def _take_list(self, path: Path, data: bytes) -> None:
        try:
            revoked = _list(data)
        except ValueError:
            raise Unavailable(f"{path} holds neither a certificate nor a list of revoked ones") from None
        self._put(self._pki / "crl" / f"{revoked.fingerprint(SHA256()).hex()[:SHORTEST]}.crl", data)

    # ------------------------------------------------------------ what a link tells
    def accept(self, link: str, certificate: x509.Certificate | None) -> None:
        """A link was shown a good certificate; `None` where an authority speaks for it, who may issue another."""
        self._drop(self._note(link))
        if certificate is not None and not self.pin(link):
            self._put(self._pin(link), fingerprint(certificate).encode())

    def refuse(self, link: str, certificate: x509.Certificate, host: str, problems: Sequence[str], now: int) -> None:
        """A link was shown one that is not good. Only the last one of each link is kept: a liar fills no disk."""
        mark, before = fingerprint(certificate), self.note(link)
        if before and before.fingerprint != mark:
            others = [note.fingerprint for name, note in self.notes().items() if name != link]
            if before.fingerprint not in others:
                self._drop(self._rejected / f"{before.fingerprint}.der")
        if not self.holds(certificate):
            self._put(self._rejected / f"{mark}.der", certificate.public_bytes(Encoding.DER))
        if before and (before.fingerprint, before.host, before.problems) == (mark, host, tuple(problems)):
            return  # a link tries again every ten seconds, for ever
        declined = bool(before and before.fingerprint == mark and before.declined)
        self._put(self._note(link), msgspec.json.encode(Note(mark, host, tuple(problems), now, declined)))

    # ------------------------------------------------------------ files
    def _pin(self, link: str) -> Path:
        return self._links / f"{quote(link, safe='')}.pin"

    def _note(self, link: str) -> Path:
        return self._links / f"{quote(link, safe='')}.json"

    def _certificates(self, folder: Path) -> Iterator[x509.Certificate]:
        for path in _files(folder, "*.der"):
            with _spoken(path), suppress(FileNotFoundError):  # another process has just moved it
                yield parse(path.read_bytes())

    def _put(self, path: Path, data: bytes) -> None:
        keep(path, data)

    def _drop(self, path: Path) -> None:
        with _spoken(path):
            path.unlink(missing_ok=True)


def keep(path: Path, data: bytes, new: bool = False) -> bool:
    """Write a file whole or not at all, readable by its owner only; StoreError where that fails.

    `new`: only where there is none yet; False where another was faster.
    """
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with _spoken(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if not new:
                fresh.replace(path)
                return True
            with suppress(FileExistsError):
                os.link(fresh, path)
                return True
        finally:
            fresh.unlink(missing_ok=True)
    return False


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 over the DER, 64 capital hexadecimal digits."""
    return certificate.fingerprint(SHA256()).hex().upper()


def grouped(mark: str) -> str:
    """A fingerprint as two people read it to each other: groups of four."""
    return " ".join(mark[at : at + 4] for at in range(0, len(mark), 4))


def parse(data: bytes) -> x509.Certificate:
    """DER or PEM; ValueError for anything else."""
    if data.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_certificate(data)
    return x509.load_der_x509_certificate(data)


def seen(certificate: x509.Certificate) -> Seen:
    """The words of a certificate."""
    hosts, uris = names(certificate)
    return Seen(
        fingerprint(certificate),
        certificate.subject.rfc4514_string(),
        certificate.issuer.rfc4514_string(),
        int(certificate.not_valid_before_utc.timestamp()),
        int(certificate.not_valid_after_utc.timestamp()),
        hosts,
        uris,
        is_authority(certificate),
    )


def names(certificate: x509.Certificate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Hosts (DNS names and numbers) and URIs that a certificate is made out to."""
    try:
        other = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return (), ()
    numbers = [str(number) for number in other.get_values_for_type(x509.IPAddress)]
    hosts = (*other.get_values_for_type(x509.DNSName), *numbers)
    return hosts, tuple(other.get_values_for_type(x509.UniformResourceIdentifier))


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it may issue others. Many self-signed ones of controllers say so too, and issue none."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _files(folder: Path, pattern: str) -> list[Path]:
    with _spoken(folder):
        return sorted(folder.glob(pattern))


def _revocations(path: Path) -> x509.CertificateRevocationList:
    with _spoken(path):
        return _list(path.read_bytes())


def _list(data: bytes) -> x509.CertificateRevocationList:
    if data.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(data)
    return x509.load_der_x509_crl(data)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def _spoken(path: Path) -> Iterator[None]:
    """Whatever is wrong with a file becomes a StoreError that names it; FileNotFoundError is the caller's."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error}") from error
    except (ValueError, msgspec.MsgspecError) as error:
        raise StoreError(f"{path} does not hold what it should ({error}): remove it") from error
