"""Our own application certificate: one per station, made when first needed, the same on every link.

    pki/own/key.pem            private key, readable by its owner only
            certificate.der    what servers are given to trust
            next.der           its successor, made long before; taken into use when the present one is about to end

Servers must be told to trust the successor before it is used, which is why it is not simply exchanged.
Source: OPC 10000-6, 6.2.2 (content), OPC 10000-4, 6.1 (use).
"""

from __future__ import annotations

import logging
import re
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from supervisor.errors import StoreError, Unavailable
from supervisor.trust import fingerprint, keep, names, parse

KEY_BITS = 2048
"""What all three policies take, and old controllers compute in time. Source: OPC 10000-7, 2048 to 4096."""
YEARS = 5
AHEAD = timedelta(days=90)
"""So long before the end the successor is made: time for somebody to walk to every controller."""
LAST = timedelta(days=1)
BACKDATED = timedelta(hours=1)
"""Clocks of controllers are late."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and the key that belongs to it."""

    certificate: x509.Certificate
    key: RSAPrivateKey

    @property
    def uri(self) -> str:
        """The application URI, which must be the certificate's own. Source: OPC 10000-4, 5.6.2."""
        return names(self.certificate)[1][0]


def own(pki: Path, now: datetime) -> Identity:
    """Ours, made where there is none. Blocks: making a key takes a tenth of a second. Raises StoreError."""
    folder = pki / "own"
    key_file, file, successor = folder / "key.pem", folder / "certificate.der", folder / "next.der"
    if not key_file.exists():
        keep(key_file, _pem(generate_private_key(65537, KEY_BITS)), new=True)
    key = _key(key_file, None)
    if not file.exists() and keep(file, _issue(key, now), new=True):
        log.info("Our certificate was made: %s", file)
    certificate = _certificate(file)
    if certificate.public_key() != key.public_key():
        raise StoreError(f"{file} does not belong to {key_file}: remove both, and have servers trust the new one")
    if certificate.not_valid_after_utc - now < AHEAD:
        certificate = _renewed(certificate, key, file, successor, now)
    return Identity(certificate, key)


def _renewed(
    certificate: x509.Certificate, key: RSAPrivateKey, file: Path, successor: Path, now: datetime
) -> x509.Certificate:
    if not successor.exists() and keep(successor, _issue(key, now), new=True):
        log.warning(
            "Our certificate ends on %s: have every server trust %s before",
            f"{certificate.not_valid_after_utc:%Y-%m-%d}",
            successor,
        )
    if certificate.not_valid_after_utc - now >= LAST:
        return certificate
    fresh = _certificate(successor)
    keep(file, fresh.public_bytes(Encoding.DER))
    successor.unlink(missing_ok=True)
    log.warning("Our certificate was renewed, its fingerprint is now %s", fingerprint(fresh))
    return fresh


def person(pki: Path, user: str, password: str | None) -> Identity:
    """The certificate of a user that a site was given: pki/users/<user>.der or .pem, and <user>.key. Raises
    Unavailable where they are not there."""
    folder = pki / "users"
    file = next((one for end in ("der", "pem", "crt") if (one := folder / f"{user}.{end}").is_file()), None)
    key_file = folder / f"{user}.key"
    if file is None or not key_file.is_file():
        raise Unavailable(f"the certificate of user {user} is missing: put {user}.der and {user}.key into {folder}")
    certificate, key = _certificate(file), _key(key_file, password)
    if certificate.public_key() != key.public_key():
        raise Unavailable(f"{key_file} is not the key of {file}")
    return Identity(certificate, key)


def _issue(key: RSAPrivateKey, now: datetime) -> bytes:
    """A self-signed certificate of an OPC UA client, DER."""
    host = re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname()) or "localhost"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Vigie@{host}"[:64])])
    public, serial = key.public_key(), x509.random_serial_number()
    alternatives = [x509.UniformResourceIdentifier(f"urn:{host}:vigie"), x509.DNSName(host)]
    builder = (
        x509.CertificateBuilder(name, name, public, serial, now - BACKDATED, now + timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def _usage() -> x509.KeyUsage:
    """Source: OPC 10000-6, table of application instance certificates, keyUsage."""
    return x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=True, data_encipherment=True,
        key_agreement=False, key_cert_sign=True, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _pem(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _key(path: Path, password: str | None) -> RSAPrivateKey:
    """PEM or DER. StoreError where it is none, or its password is wrong."""
    secret = password.encode() if password else None
    try:
        data = path.read_bytes()
        load = load_pem_private_key if data.lstrip().startswith(b"-----BEGIN") else load_der_private_key
        key = load(data, secret)
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"the key {path} cannot be read: {error}") from error
    if not isinstance(key, RSAPrivateKey):
        raise StoreError(f"the key {path} is not an RSA key, which is what OPC UA takes")
    return key


def _certificate(path: Path) -> x509.Certificate:
    try:
        return parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StoreError(f"the certificate {path} cannot be read: {error}") from error
