"""Modbus/TCP Security against pymodbus's server within TLS: whom we believe, who believes us, and why not."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import socket
import ssl
import struct
from contextlib import asynccontextmanager, suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pymodbus.framer import FramerType
from pymodbus.server import ModbusTlsServer

from drivers.modbus.address import Settings
from drivers.modbus.dial import dial
from drivers.modbus.endpoint import parse_endpoint
from tests.drivers.modbus.test_modbus_dial import connected, device, serving, talk
from tests.ports import free_port

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


class Authority:
    """An authority of its own; `issue` writes certificate and key into one PEM file."""

    def __init__(self, folder, name="Ville"):
        self.folder, self.name = folder, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(self.name, self.key, authority=True)
        self.pem = folder / f"{name}-ca.pem"
        self.pem.write_bytes(self.certificate.public_bytes(Encoding.PEM))

    def issue(self, name, host="127.0.0.1", start=-DAY, end=DAY, password=None):
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.IPAddress(ipaddress.ip_address(host))] if host[0].isdigit() else [x509.DNSName(host)]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._sign(subject, key, names, NOW + start, NOW + end)
        lock = BestAvailableEncryption(password) if password else NoEncryption()
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
        path = self.folder / f"{name}.pem"
        path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
        (self.folder / f"{name}.key").write_bytes(secret)
        (self.folder / f"{name}.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
        return path

    def _sign(self, subject, key, names=(), start=NOW - DAY, end=NOW + DAY, authority=False):
        builder = (
            x509.CertificateBuilder(self.name, subject, key.public_key(), x509.random_serial_number(), start, end)
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())


@pytest.fixture
def city(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def pki(tmp_path):
    """The folder of keys; `L` in it is the link's."""
    folder = tmp_path / "pki"
    (folder / "L").mkdir(parents=True)
    return folder


def show(pki, issued):
    """What a device that asks for us is shown."""
    for mine, theirs in (("cert.pem", ".crt"), ("key.pem", ".key")):
        (pki / "L" / mine).write_bytes(issued.with_suffix(theirs).read_bytes())


@asynccontextmanager
async def secured(certificate, clients=None):
    """A server that shows this certificate; with `clients` it wants one that this authority signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    port = free_port()
    # the library's own TLS framer sends no MBAP header, which the standard keeps
    server = ModbusTlsServer([device()], address=("127.0.0.1", port), sslctx=context, framer=FramerType.SOCKET)
    async with serving(server):
        yield f"modbus+tls://127.0.0.1:{port}"


async def refused(url, pki, said):
    with pytest.raises(ConnectionError, match=said) as end:
        await dial(parse_endpoint(url), Settings(), pki, "L")
    assert str(end.value).count(". ") == 0
    await asyncio.sleep(0.05)


def test_that_a_certificate_of_the_plants_authority_is_believed(city, pki):
    async def scenario():
        (pki / "L" / "ca.pem").write_bytes(city.pem.read_bytes())
        async with secured(city.issue("plc")) as url, connected(url, pki=pki) as client:
            await talk(client)
            assert client._transport.get_extra_info("ssl_object").version() in ("TLSv1.2", "TLSv1.3")

    asyncio.run(scenario())


def test_that_an_unknown_authority_is_refused_and_the_remedy_is_named(city, pki, tmp_path):
    async def scenario():
        async with secured(city.issue("plc")) as url:
            await refused(url, pki, r"nobody we know vouches for its certificate: .*ca\.pem.*L.device\.pem")
            (pki / "L" / "ca.pem").write_bytes(Authority(tmp_path, "Stranger").pem.read_bytes())
            await refused(url, pki, "nobody we know vouches")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"start": -3 * DAY, "end": -DAY}, "has expired: renew it on the device"),
        ({"start": DAY, "end": 3 * DAY}, "not valid yet: check the clocks"),
        ({"host": "10.1.2.3"}, r"another name \(.*127\.0\.0\.1.*\): write that name in the URL"),
        ({"host": "plc.city"}, r"another name"),
    ],
)
def test_that_a_wrong_certificate_is_refused_with_its_reason(city, pki, words, said):
    async def scenario():
        (pki / "L" / "ca.pem").write_bytes(city.pem.read_bytes())
        async with secured(city.issue("plc", **words)) as url:
            await refused(url, pki, said)

    asyncio.run(scenario())


def test_that_a_device_is_known_by_its_own_certificate_whatever_it_is_called(city, pki):
    async def scenario():
        right = city.issue("plc", host="plc.city")
        (pki / "L" / "device.pem").write_bytes((city.folder / "plc.crt").read_bytes())
        async with secured(right) as url, connected(url, pki=pki) as client:
            await talk(client)
        async with secured(city.issue("impostor")) as url:
            await refused(url, pki, "nobody we know vouches")
        (pki / "L" / "device.pem").write_bytes(city.pem.read_bytes())  # an authority there would let everybody in
        async with secured(right) as url:
            await refused(url, pki, "shows another certificate than .*L.device.pem")

    asyncio.run(scenario())


def test_that_a_device_that_asks_who_we_are_is_told(city, pki):
    async def scenario():
        (pki / "L" / "ca.pem").write_bytes(city.pem.read_bytes())
        show(pki, city.issue("vigie"))
        async with secured(city.issue("plc"), city.pem) as url, connected(url, pki=pki) as client:
            await talk(client)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        ("", r"asks for a certificate of ours: put it into .*L.cert\.pem"),
        ("stranger", r"does not accept our certificate .*L.cert\.pem signed by its authority"),
    ],
)
def test_that_a_device_that_does_not_know_us_says_so(city, pki, tmp_path, ours, said):
    """With TLS 1.3 it says so only after our side of the handshake is done. A plain socket of OpenSSL, because the
    servers of asyncio hang up without the alert that other devices send."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(city.issue("plc"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(city.pem)

    def decline(door):
        with door.accept()[0] as plain, suppress(ssl.SSLError), context.wrap_socket(plain, server_side=True) as safe:
            safe.recv(100)

    async def scenario():
        (pki / "L" / "ca.pem").write_bytes(city.pem.read_bytes())
        if ours:
            show(pki, Authority(tmp_path, "Stranger").issue("vigie"))
        with socket.create_server(("127.0.0.1", 0)) as door:
            url = f"modbus+tls://127.0.0.1:{door.getsockname()[1]}"
            device = asyncio.create_task(asyncio.to_thread(decline, door))
            with pytest.raises(ConnectionError, match=said):
                async with connected(url, pki=pki) as client:
                    await client.call(1, struct.pack(">BHH", 3, 0, 1), 10.0)
            await device

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ca.pem", r"ca\.pem cannot"),
        ("cert.pem", r"cert\.pem cannot"),
        ("key.pem", r"cert\.pem cannot"),
        ("locked", "cert"),
    ],
)
def test_that_a_file_that_holds_no_certificate_is_named(city, pki, name, said):
    async def scenario():
        if name == "locked":
            show(pki, city.issue("vigie", password=b"secret"))
        else:
            (pki / "L" / name).write_text("nothing of the kind")
        async with secured(city.issue("plc")) as url:
            await refused(url, pki, said)

    asyncio.run(scenario())


def test_that_a_device_without_tls_is_recognized(pki):
    async def scenario():
        async def plain(reader, writer):
            await reader.read(10)
            writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            writer.close()

        port = free_port()
        server = await asyncio.start_server(plain, "127.0.0.1", port)
        await refused(f"modbus+tls://127.0.0.1:{port}", pki, "does not speak TLS there")
        server.close()
        await server.wait_closed()

    asyncio.run(scenario())
