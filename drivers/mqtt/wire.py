"""Wire: the bytes under a session, TCP alone or TLS over it. Made on the loop, then paho's thread has it alone.

TLS runs on memory buffers, not on the socket: so the handshake needs neither a thread that blocks nor
`loop.add_reader`, which Windows lacks, and one read brings everything that has come.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import ssl

from drivers.mqtt.address import BrokerUrl
from drivers.mqtt.keys import Keys
from supervisor.errors import LinkLost
from supervisor.model import Quality

CONNECT_S = 3.0
"""For the TCP connection, and again for the handshake of TLS."""
SEND_S = 5.0
"""How long paho's thread waits for a broker that does not take what it is sent."""
_RECORD = 65_536


class NoBroker(LinkLost):
    """Nobody accepts a connection there."""


class Wire:
    """As much of a socket as paho needs."""

    def __init__(self, raw: socket.socket, tls: Tls | None = None, name: str = "") -> None:
        self.failure = ""
        """Why TLS gave it up, in words for a person; empty while it did not."""
        self._raw = raw
        self._tls = tls
        self._name = name

    def fileno(self) -> int:
        return self._raw.fileno()

    def setblocking(self, flag: bool) -> None:
        self._raw.setblocking(flag)

    def shutdown(self, how: int) -> None:
        self._raw.shutdown(how)

    def recv(self, most: int) -> bytes:
        """What has come; b"" at the end. BlockingIOError where nothing has."""
        found = self._raw.recv(most)
        if self._tls is None or not found:
            return found
        try:
            return self._tls.read(found)
        except ssl.SSLError as error:
            self.failure = spoken(error, self._name)
            raise ConnectionAbortedError(self.failure) from None
        finally:
            self._push(self._tls.outgoing.read())

    def send(self, content: bytes | bytearray) -> int:
        """Bytes taken."""
        if self._tls is None:
            return self._raw.send(content)
        self._tls.session.write(content)
        self._push(self._tls.outgoing.read())
        return len(content)

    def close(self) -> None:
        if self._tls is not None and self._raw.fileno() >= 0:
            with contextlib.suppress(ssl.SSLError):
                self._tls.session.unwrap()
            with contextlib.suppress(OSError):
                self._raw.send(self._tls.outgoing.read())
        self._raw.close()

    def _push(self, content: bytes) -> None:
        """A record that was made must leave whole: the next one is numbered after it."""
        while content:
            try:
                content = content[self._raw.send(content) :]
            except BlockingIOError:
                if not _writable(self._raw):
                    raise TimeoutError("the broker does not read") from None
            except OSError:
                self._listen_once_more()
                raise

    def _listen_once_more(self) -> None:
        """A broker that does not like our certificate says so, and hangs up on the CONNECT that comes meanwhile."""
        if self._tls is None or self.failure:
            return
        try:
            self._tls.read(self._raw.recv(_RECORD))
        except ssl.SSLError as error:
            self.failure = spoken(error, self._name)
        except OSError:
            return  # gone without a word


class Tls:
    """One session of TLS on memory buffers."""

    def __init__(self, keys: Keys) -> None:
        assert keys.tls is not None
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = keys.tls.wrap_bio(self.incoming, self.outgoing, server_hostname=keys.server_name)

    async def shake(self, raw: socket.socket) -> None:
        """The handshake; SSLError where one of the two does not like the other."""
        loop = asyncio.get_running_loop()
        while True:
            waiting = False
            try:
                self.session.do_handshake()
            except ssl.SSLWantReadError:
                waiting = True
            finally:  # a refusal is told to the broker too
                if said := self.outgoing.read():
                    await loop.sock_sendall(raw, said)
            if not waiting:
                return
            if not (answer := await loop.sock_recv(raw, _RECORD)):
                raise ConnectionResetError("the broker closed the connection in the middle of the TLS handshake")
            self.incoming.write(answer)

    def read(self, found: bytes) -> bytes:
        """The clear text of what came; b"" where the broker said goodbye. BlockingIOError for half a record."""
        self.incoming.write(found)
        parts: list[bytes] = []
        try:
            with contextlib.suppress(ssl.SSLZeroReturnError):  # goodbye
                while part := self.session.read(_RECORD):
                    parts.append(part)
        except ssl.SSLWantReadError:
            if not parts:
                raise BlockingIOError from None
        return b"".join(parts)


async def dial(broker: BrokerUrl, keys: Keys) -> Wire:
    """A wire on which MQTT may begin; LinkLost where there is none, and nothing left behind when cancelled."""
    raw = await _connected(broker)
    try:
        return Wire(raw) if keys.tls is None else await _secured(raw, broker, keys)
    except BaseException:
        raw.close()
        raise


async def _secured(raw: socket.socket, broker: BrokerUrl, keys: Keys) -> Wire:
    name = f"{broker.host}:{broker.port}"
    try:
        tls = Tls(keys)
        async with asyncio.timeout(CONNECT_S):
            await tls.shake(raw)
    except TimeoutError:
        raise LinkLost(
            f"{name} accepts the connection but does not answer the TLS handshake", Quality.TIMEOUT
        ) from None
    except ssl.SSLError as error:
        raise LinkLost(spoken(error, name, keys.server_name)) from None
    except OSError as error:
        raise LinkLost(f"{name} does not speak TLS to us: {error}") from None
    except ValueError as error:
        raise LinkLost(f"{keys.server_name!r} cannot be the name of a server: {error}") from None
    return Wire(raw, tls, name)


async def _connected(broker: BrokerUrl) -> socket.socket:
    loop = asyncio.get_running_loop()
    failure: OSError = OSError("the name has no address")
    try:
        async with asyncio.timeout(CONNECT_S):
            places = await loop.getaddrinfo(broker.host, broker.port, type=socket.SOCK_STREAM)
            for family, kind, protocol, _, address in places:
                raw = socket.socket(family, kind, protocol)
                raw.setblocking(False)
                try:
                    await loop.sock_connect(raw, address)
                except OSError as error:
                    failure = error
                    raw.close()
                except BaseException:
                    raw.close()
                    raise
                else:
                    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    return raw
    except OSError as error:  # a TimeoutError is one too
        failure = error
    raise NoBroker(f"no connection to {broker.host}:{broker.port}: {failure or 'no answer'}") from None


_DATES = "look at the clock of this machine, then renew the certificate on the broker"
_VERIFY = {
    9: "the certificate of {name} is not valid yet: " + _DATES,
    10: "the certificate of {name} has expired: " + _DATES,
    23: "the certificate of {name} was revoked",
    62: "the certificate of {name} does not carry the name {host}: write a name it carries into the URL or server_name",
    64: "the certificate of {name} does not carry the address {host}: write a name it carries into the URL or "
    "server_name",
} | dict.fromkeys(
    (2, 18, 19, 20, 21),
    "the certificate of {name} comes from nobody this station knows: put the authority's certificate into ca.pem",
)
"""Result of a verification -> sentence. Source: OpenSSL, X509_V_ERR_* of x509_vfy.h."""
_ALERTS = {
    "CERTIFICATE_REQUIRED": "{name} wants a certificate of ours: put cert.pem and key.pem into the folder of this link",
    "HANDSHAKE_FAILURE": "{name} refuses the TLS handshake: it may want a certificate of ours (cert.pem and key.pem), "
    "or share no cipher with us",
    "UNKNOWN_CA": "{name} does not know who signed our certificate, cert.pem",
    "CERTIFICATE_EXPIRED": "{name} says that our certificate, cert.pem, has expired: renew it",
    "BAD_CERTIFICATE": "{name} refuses our certificate, cert.pem",
    "UNSUPPORTED_CERTIFICATE": "{name} refuses our certificate, cert.pem: it is not one for clients",
    "CERTIFICATE_UNKNOWN": "{name} refuses our certificate, cert.pem",
    "CERTIFICATE_REVOKED": "{name} says that our certificate, cert.pem, was revoked",
    "ACCESS_DENIED": "{name} accepts our certificate, cert.pem, and lets us in nowhere",
    "PROTOCOL_VERSION": "{name} speaks only a version of TLS older than 1.2",
}
"""End of the name of an alert -> sentence. Source: RFC 8446, 6."""
_CLEAR = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNEXPECTED_MESSAGE", "HTTP_REQUEST")


def spoken(error: ssl.SSLError, name: str, host: str = "") -> str:
    """One sentence of what went wrong and what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        sentence = _VERIFY.get(error.verify_code, "")
        return sentence.format(name=name, host=host) or f"the certificate of {name}: {error.verify_message}"
    reason = error.reason or ""
    if reason in _CLEAR:
        return f"{name} does not speak TLS: write mqtt:// for a connection in the clear, or its TLS port, often 8883"
    for alert, sentence in _ALERTS.items():
        if reason.endswith(f"ALERT_{alert}"):
            return sentence.format(name=name)
    return f"{name}: TLS failed: {reason or error}"


def _writable(raw: socket.socket) -> bool:
    """Waits for it; `poll` where there is one, because `select` knows no socket above 1023."""
    if not hasattr(select, "poll"):
        return bool(select.select([], [raw], [], SEND_S)[1])
    poll = select.poll()
    poll.register(raw, select.POLLOUT)
    return bool(poll.poll(SEND_S * 1000))
