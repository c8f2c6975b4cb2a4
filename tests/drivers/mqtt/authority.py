"""Certificates of a test's own: an authority, brokers and stations that it vouches for."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


class Authority:
    """Signs what it is asked to."""

    def __init__(self, folder: Path, name: str = "ville") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._name = _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = folder / f"{name}-ca.pem"
        self.certificate.write_bytes(self._sign(name, self._key, True, "", 365).public_bytes(PEM))

    def issue(self, name: str, host: str = "127.0.0.1", days: int = 30, password: str = "") -> tuple[Path, Path]:
        """Certificate and key; `days` below 0 is one that expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, secret = self._folder / f"{name}.pem", self._folder / f"{name}-key.pem"
        certificate.write_bytes(self._sign(name, key, False, host, days).public_bytes(PEM))
        lock = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
        secret.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, lock))
        return certificate, secret

    def _sign(
        self, name: str, key: ec.EllipticCurvePrivateKey, authority: bool, host: str, days: int
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=60))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(authority, None), True)
        )
        if host:
            builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(host)]), False)
        return builder.sign(self._key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
