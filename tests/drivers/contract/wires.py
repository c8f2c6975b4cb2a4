"""Wires: what stands between a server and whoever comes to it, and the keys and passwords that it wants to see.

server ── Wire ── Chaos ── driver
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cryptography import x509

from simulator.broker import Broker, Kind
from simulator.mqtt import MqttDevices
from supervisor.trust import TrustStore
from supervisor.vault import Vault
from tests import peers
from tests.drivers.mqtt.authority import Authority
from tests.ports import free_port

USER, PASSWORD = "vigie", "pumpe"
_BROKER = """\
per_listener_settings true
persistence false
set_tcp_nodelay true
max_queued_messages 10000
user root
log_dest stderr
log_type error
listener {door} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/rights
certfile {folder}/server.pem
keyfile {folder}/server-key.pem
listener {port} 127.0.0.1
allow_anonymous true
"""
"""The devices come in the clear, everybody else over TLS with a password. The listener in the clear opens last: who
finds it open finds the other too."""
_RIGHTS = f"user {USER}\ntopic read thing/#\ntopic write thing/T/order\ntopic write thing/T/goal\n"


class Wire:
    """Nothing: who comes to the door is at the server, and needs no key."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.door = server
        """Port to come to."""
        self.vault = Vault(Path())

    def dress(self, devices: MqttDevices) -> None:
        """What the broker of these devices wants."""

    async def open(self) -> None:
        """The server has started."""

    async def close(self) -> None:
        """The server is about to stop."""


class Tls(Wire):
    """TLS ends before the server, as at a gateway with stunnel; the driver knows the authority."""

    def __init__(self, server: int) -> None:
        super().__init__(server)
        self.door = free_port()
        folder = _keys()
        self.vault = Vault(folder)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "server.pem", folder / "server-key.pem")
        self._listener: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.door, ssl=self._context)

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        while self._serving or self._writers:
            for writer in list(self._writers):
                writer.transport.abort()
            await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        writers = [writer]
        self._writers.add(writer)
        try:
            back_reader, back = await asyncio.open_connection("127.0.0.1", self.server)
            writers.append(back)
            self._writers.add(back)
            pumps = [asyncio.ensure_future(_pump(reader, back)), asyncio.ensure_future(_pump(back_reader, writer))]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pumps:
                pump.cancel()
            await asyncio.wait(pumps)
        except OSError:
            pass  # the server is not there: hang up
        finally:
            for each in writers:
                each.transport.abort()
                with contextlib.suppress(OSError):
                    await each.wait_closed()
            self._writers -= set(writers)
            self._serving.discard(task)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


class SecureBroker(Wire):
    """mosquitto with TLS, one user, and a list of what this user may read and write."""

    def __init__(self, server: int) -> None:
        super().__init__(server)
        peers.program("mosquitto")
        self.door = free_port()
        self.vault = Vault(_keys())

    def dress(self, devices: MqttDevices) -> None:
        devices._broker = _Mosquitto(self.server, self.door)


class _Mosquitto(Broker):
    def __init__(self, port: int, door: int) -> None:
        super().__init__(port, Kind.MOSQUITTO)
        self._door = door

    def _command(self, folder: Path) -> Sequence[str]:
        for name in ("server.pem", "server-key.pem"):
            shutil.copy(_keys() / name, folder / name)
        (folder / "rights").touch(0o600)
        (folder / "rights").write_text(_RIGHTS, "utf-8")
        (folder / "passwords").touch(0o600)
        words = [peers.program("mosquitto", "mosquitto_passwd"), "-b", str(folder / "passwords"), USER, PASSWORD]
        subprocess.run(words, check=True, capture_output=True)
        (folder / "conf").write_text(_BROKER.format(port=self.port, door=self._door, folder=folder), "utf-8")
        return [peers.program("mosquitto"), "-c", str(folder / "conf")]


class TrustedServer(Wire):
    """A person has said yes to the server's certificate, and the password is in the vault."""

    def __init__(self, server: int) -> None:
        super().__init__(server)
        self.vault = Vault(_keys())

    async def open(self) -> None:
        shown = node_folder() / "pki" / "own" / "certs" / "certificate.pem"
        TrustStore(self.vault.pki).trust(x509.load_pem_x509_certificate(shown.read_bytes()))


WIRES: dict[str, type[Wire]] = {
    "bare": Wire,
    "tls": Tls,
    "secure broker": SecureBroker,
    "trusted server": TrustedServer,
}


def node_folder() -> Path:
    """Where node-opcua keeps the certificate that it made for itself: each worker of the tests has its own."""
    return peers.BUILD / f"pki-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


@cache
def _made() -> tempfile.TemporaryDirectory[str]:
    """A data folder for as long as this process lives: to make keys takes a while."""
    made = tempfile.TemporaryDirectory(prefix="vigie-contract-")
    folder = Path(made.name)
    authority = Authority(folder)
    authority.issue("server")
    (folder / "pki" / "L").mkdir(parents=True)
    shutil.copy(authority.certificate, folder / "pki" / "L" / "ca.pem")
    Vault(folder).keep("L", PASSWORD)
    return made


def _keys() -> Path:
    return Path(_made().name)
