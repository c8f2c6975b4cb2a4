"""Whether the certificate a server shows is good: everything that is wrong with it, each thing in its own sentence.

Checks, and their order, after OPC 10000-4, 6.1.3. First use is never trusted by itself: a person does it, in the window
or with `vigie trust`.
"""

from __future__ import annotations

import ipaddress
import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from supervisor.trust import TrustStore, fingerprint, is_authority, names, seen

ANY_HOST = "*"
"""As `host_name` of a link: the certificate may be made out to any machine."""
SMALLEST, LARGEST = 2048, 4096
"""Bits of an RSA key. Source: OPC 10000-7, all three policies."""
LONGEST_CHAIN = 6
LONGEST = 65_536
"""Bytes of a chain of certificates that are looked at."""

_ILLEGIBLE = (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm)

log = logging.getLogger(__name__)

E = TypeVar("E", bound=x509.ExtensionType)


class Unsafe(Exception):
    """A connection that is refused for its security; the sentence is for the engineer."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    word: str
    """unknown, changed, revoked, expired, early, host, uri, usage, key."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What the link knows of its server."""

    link: str
    host: str
    """Name or number that the certificate must be made out to; `ANY_HOST`: any."""
    uri: str
    """The application URI the server gives itself."""


def split(data: bytes) -> list[x509.Certificate]:
    """The certificates a server shows: its own, then those that issued it, DER one after the other. Raises Unsafe."""
    found: list[x509.Certificate] = []
    rest = data[: LONGEST + 1]
    try:
        while rest and len(found) < LONGEST_CHAIN:
            length = _length(rest)
            found.append(_legible(rest[:length]))
            rest = rest[length:]
    except (ValueError, IndexError, TypeError, *_ILLEGIBLE) as error:
        raise Unsafe(f"the server shows a certificate that is none: {error}") from error
    if not found or rest:
        raise Unsafe("the server shows " + ("too many certificates" if rest else "no certificate"))
    return found


def _legible(data: bytes) -> x509.Certificate:
    """A certificate of which everything that is asked later can be read: cryptography reads late."""
    certificate = x509.load_der_x509_certificate(data)
    seen(certificate)
    certificate.public_key()
    return certificate


def _length(data: bytes) -> int:
    """Bytes of the first DER element. Source: ITU-T X.690, 8.1.3."""
    first = data[1]
    if first < 0x80:
        return 2 + first
    count = first & 0x7F
    return 2 + count + int.from_bytes(data[2 : 2 + count], "big")


def check(chain: Sequence[x509.Certificate], expected: Expected, store: TrustStore, now: int) -> None:
    """Raises Unsafe with everything that is wrong, and leaves a note for whoever decides. `now` is ns UTC. Blocks."""
    certificate = chain[0]
    moment = datetime.fromtimestamp(now / 1e9, UTC)
    anchor, problems = _anchored(chain, expected.link, store, moment)
    problems += [*_validity(certificate, moment), *_made_out(certificate, expected), *_usable(certificate)]
    if not problems:
        store.accept(expected.link, certificate if anchor is certificate else None)
        return
    store.refuse(expected.link, certificate, expected.host, [problem.word for problem in problems], now)
    raise Unsafe("; ".join(problem.sentence for problem in problems))


def _anchored(
    chain: Sequence[x509.Certificate], link: str, store: TrustStore, moment: datetime
) -> tuple[x509.Certificate | None, list[Problem]]:
    """Who vouches for the first certificate: itself, where it is trusted, or a trusted authority."""
    certificate, pin = chain[0], store.pin(link)
    mark = fingerprint(certificate)
    if store.holds(certificate) and pin in ("", mark):
        return certificate, []
    path = _path(chain, store.trusted())
    if path:
        return path[-1], [*_issuers(path, moment), *_revoked(path, store, moment)]
    who = f"{certificate.subject.rfc4514_string()} (SHA-256 {mark})"
    if pin:
        told = f"the server shows another certificate than the one trusted for this link: {who} instead of {pin[:16]}…"
        remedy = "if it was renewed on purpose, compare the fingerprint at the server and run"
        return None, [Problem("changed", f"{told}; {remedy} `vigie trust SITE {mark}`")]
    remedy = f"compare the fingerprint at the server and run `vigie trust SITE {mark}`"
    return None, [Problem("unknown", f"the server's certificate is not trusted yet: {who}; {remedy}")]


def _path(chain: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """From the server's certificate up to a trusted authority; empty where there is no such way."""
    path, marks = [chain[0]], {fingerprint(one) for one in trusted}
    for _ in range(LONGEST_CHAIN):
        issuer = next((one for one in (*trusted, *chain[1:]) if _issued(path[-1], one)), None)
        if issuer is None or issuer in path:
            return []
        path.append(issuer)
        if fingerprint(issuer) in marks:
            return path
    return []


def _issued(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    """cryptography takes no signature with MD5 or SHA-1 for one."""
    if not is_authority(by) or certificate.issuer != by.subject or not _may_sign(by):
        return False
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _may_sign(authority: x509.Certificate) -> bool:
    """Whoever names an application is a server, however much it calls itself an authority, as many do: to trust it
    must not mean to trust whatever it signs."""
    usage = _extension(authority, x509.KeyUsage)
    return not names(authority)[1] and (usage is None or usage.key_cert_sign)


def _issuers(path: Sequence[x509.Certificate], moment: datetime) -> Iterator[Problem]:
    for authority in path[1:]:
        if not authority.not_valid_before_utc <= moment <= authority.not_valid_after_utc:
            name = authority.subject.rfc4514_string()
            yield Problem("expired", f"the certificate of the authority {name} is not valid today")


def _revoked(path: Sequence[x509.Certificate], store: TrustStore, moment: datetime) -> Iterator[Problem]:
    """What the authorities took back. An authority without a list is taken at its word, and that is logged."""
    lists = store.revocations()
    for certificate, authority in itertools.pairwise(path):
        name = authority.subject.rfc4514_string()
        own = [one for one in lists if one.issuer == authority.subject and _signed(one, authority)]
        if not own:
            log.info("No list of revoked certificates of %s is in the vault", name)
        elif all(one.next_update_utc and one.next_update_utc < moment for one in own):
            yield Problem("revoked", f"the list of revoked certificates of {name} is too old: `vigie trust` a new one")
        elif any(one.get_revoked_certificate_by_serial_number(certificate.serial_number) for one in own):
            yield Problem("revoked", f"the certificate {certificate.subject.rfc4514_string()} was revoked by {name}")


def _signed(revoked: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    key = authority.public_key()
    return isinstance(key, RSAPublicKey) and revoked.is_signature_valid(key)


def _validity(certificate: x509.Certificate, moment: datetime) -> Iterator[Problem]:
    since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if moment > until:
        yield Problem("expired", f"the server's certificate expired on {until:%Y-%m-%d %H:%M} UTC: renew it there")
    if moment < since:
        said = f"the server's certificate is valid only from {since:%Y-%m-%d %H:%M} UTC"
        yield Problem("early", f"{said}: check the clocks of both machines")


def _made_out(certificate: x509.Certificate, expected: Expected) -> Iterator[Problem]:
    hosts, uris = names(certificate)
    if expected.host != ANY_HOST and not any(_same_host(expected.host, host) for host in hosts):
        said = f"the server's certificate is made out to {', '.join(hosts) or 'no machine'}, not to {expected.host}"
        remedy = "write the URL so, or the name it has into host_name of the link's settings (* takes any)"
        yield Problem("host", f"{said}: {remedy}")
    if expected.uri not in uris:
        said = f"the server calls itself {expected.uri!r}, its certificate {', '.join(uris) or 'nothing'}"
        yield Problem("uri", f"{said}: one of the two is wrong at the server")


def _same_host(wanted: str, named: str) -> bool:
    try:
        return ipaddress.ip_address(wanted) == ipaddress.ip_address(named)
    except ValueError:  # one of them is a name
        wanted, named = wanted.lower().rstrip("."), named.lower().rstrip(".")
    if named.startswith("*."):  # Source: RFC 6125, 6.4.3: one label, the leftmost
        return wanted.partition(".")[2] == named[2:]
    return wanted == named


def _usable(certificate: x509.Certificate) -> Iterator[Problem]:
    """Key and use. What says nothing of its use may be used: many controllers say nothing."""
    key = certificate.public_key()
    bits = key.key_size if isinstance(key, RSAPublicKey) else 0
    if not SMALLEST <= bits <= LARGEST:
        what = f"an RSA key of {bits} bits" if bits else "no RSA key"
        yield Problem("key", f"the server's certificate has {what}: it takes one of {SMALLEST} to {LARGEST} bits")
    usage, purpose = _extension(certificate, x509.KeyUsage), _extension(certificate, x509.ExtendedKeyUsage)
    if usage is not None and not (usage.digital_signature and (usage.key_encipherment or usage.data_encipherment)):
        yield Problem("usage", "the server's certificate is not made for signing and encrypting: make it anew there")
    allowed = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)
    if purpose is not None and not any(one in purpose for one in allowed):
        yield Problem("usage", "the server's certificate is not one for servers: make it anew there")


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
