"""Certificates of every kind, and an asyncua server that wants them."""

from __future__ import annotations

import ipaddress
import logging
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.crypto.permission_rules import User, UserRole
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from drivers.opcua.address import Settings
from drivers.opcua.wire import Wire
from simulator.opcua import _Core
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.errors import LinkLost
from supervisor.model import LinkSpec, Text
from supervisor.vault import Vault
from tests.ports import free_port

URI = "urn:test:fortress"
USER, PASSWORD = "vigie", "pumpe; Ä"
NOW = datetime.now(UTC).replace(microsecond=0)
EVERY = [
    getattr(ua.SecurityPolicyType, f"{policy}_{mode}")
    for policy in ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
    for mode in ("Sign", "SignAndEncrypt")
]


@cache
def key(number: int = 0, bits: int = 2048) -> RSAPrivateKey:
    """The same key for the same number: making one takes a while."""
    return generate_private_key(65537, bits)


@dataclass(frozen=True)
class Made:
    """What a certificate is to say; `issue` makes it."""

    name: str = "Fortress"
    key: RSAPrivateKey = field(default_factory=key)
    hosts: Sequence[str] = ("127.0.0.1", "localhost")
    uri: str = URI
    since: datetime = NOW - timedelta(days=1)
    until: datetime = NOW + timedelta(days=30)
    signs: bool = True
    encrypts: bool = True
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH
    authority: bool = False
    issuer: Made | None = None

    def issue(self) -> x509.Certificate:
        issuer = self.issuer or self
        builder = (
            x509.CertificateBuilder(
                _name(issuer.name), _name(self.name), self.key.public_key(), x509.random_serial_number(),
                self.since, self.until,
            )
            .add_extension(x509.BasicConstraints(ca=self.authority, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    self.signs, self.signs, self.encrypts, self.encrypts, False, self.authority, self.authority,
                    False, False,
                ),
                critical=True,
            )
        )  # fmt: skip
        if not self.authority:
            builder = builder.add_extension(x509.ExtendedKeyUsage([self.purpose]), critical=False)
            builder = builder.add_extension(x509.SubjectAlternativeName(self._alternatives()), critical=False)
        return builder.sign(issuer.key, SHA256())

    def _alternatives(self) -> list[x509.GeneralName]:
        return [x509.UniformResourceIdentifier(self.uri), *map(_host, self.hosts)]

    def revoking(self, *certificates: x509.Certificate, until: datetime = NOW + timedelta(days=7)) -> bytes:
        """The list of what this authority took back, DER."""
        builder = x509.CertificateRevocationListBuilder(_name(self.name), NOW - timedelta(days=2), until)
        for one in certificates:
            revoked = x509.RevokedCertificateBuilder(one.serial_number, NOW - timedelta(days=1)).build()
            builder = builder.add_revoked_certificate(revoked)
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.DER)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def key_der(of: RSAPrivateKey) -> bytes:
    return of.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


class Users:
    """Who may come in, and who came: asyncua's UserManager."""

    def __init__(self) -> None:
        self.came: list[object] = []

    def get_user(
        self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None
    ) -> User | None:
        self.came.append((username, password) if username else certificate)
        if username and (username, password) != (USER, PASSWORD):
            return None
        return User(role=UserRole.User)


class Fortress:
    """A secured server and the vault of a station that is to come to it."""

    def __init__(self, folder: Path, certificate: x509.Certificate | None = None, port: int = 0) -> None:
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)
        self.certificate = certificate or Made().issue()
        self.port = port or free_port()
        self.vault = Vault(folder)
        self.users = Users()
        self.traffic = Traffic()
        self.link = LinkSpec(
            "L/1", Text("ici", "here"), "opcua", f"opc.tcp://127.0.0.1:{self.port}", "", Settings(timeout_s=20.0)
        )

    @asynccontextmanager
    async def open(self, policies: Sequence[Any] = (ua.SecurityPolicyType.NoSecurity, *EVERY)) -> AsyncIterator[Server]:
        core = _Core()  # the simulator's: it starts in no time
        core.user_manager = self.users
        server = Server(iserver=core)
        server.set_endpoint(self.link.url)
        server.disable_clock()
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "c.der").write_bytes(der(self.certificate))
            (Path(folder) / "k.der").write_bytes(key_der(key()))
            await server.init()
            await server.set_application_uri(URI)
            await server.load_certificate(Path(folder) / "c.der")
            await server.load_private_key(Path(folder) / "k.der")
        server.set_security_policy(list(policies))
        server.set_identity_tokens([ua.AnonymousIdentityToken, ua.UserNameIdentityToken, ua.X509IdentityToken])
        await server.start()
        try:
            yield server
        finally:
            await server.stop()

    def wire(self, **settings: Any) -> Wire:
        spec = replace(self.link, settings=replace(Settings(timeout_s=20.0), **settings))
        return Wire(spec, SystemClock(), self.traffic, self.vault)

    async def visit(self, **settings: Any) -> str:
        """Come in, read the server's state and leave; why it could not be, or "in"."""
        wire = self.wire(**settings)
        try:
            await wire.open()
            assert await state(wire) == 0
            return "in"
        except LinkLost as lost:
            return str(lost)
        finally:
            await wire.close()


async def state(wire: Wire) -> int:
    """The server's own state, as a request like any other."""
    request = ua.ReadRequest()
    request.Parameters.NodesToRead = [
        ua.ReadValueId(ua.NodeId(ua.ObjectIds.Server_ServerStatus_State), ua.AttributeIds.Value)
    ]
    response = await wire.ask(request, ua.ReadResponse)
    return int(response.Results[0].Value.Value)
