"""Endpoint: where a Modbus device is and how it is spoken to, as the URL of a link says; words of a serial line.

modbus://10.20.1.14            Modbus TCP, port 502
modbus+tls://10.20.1.14        Modbus/TCP Security, port 802
modbus+rtu://10.20.1.14:4001   RTU frames through a serial server; ASCII likewise
modbus+rtu:///dev/ttyUSB0      RTU on a serial port of this machine; on Windows modbus+rtu:///COM3
modbus+ascii:///dev/ttyS1      ASCII on a serial port
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit


class Framing(StrEnum):
    """How a request is wrapped on the wire."""

    MBAP = "mbap"
    TLS = "tls"
    RTU = "rtu"
    ASCII = "ascii"


SCHEMES = {
    "modbus": Framing.MBAP,
    "modbus+tls": Framing.TLS,
    "modbus+rtu": Framing.RTU,
    "modbus+ascii": Framing.ASCII,
}
PORTS = {Framing.MBAP: 502, Framing.TLS: 802}
"""Registered ports. Source: IANA, services mbap and mbap-s. Serial servers have no port of their own."""
_WINDOWS_PORT = re.compile(r"/(COM\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a wire: a host and port, or a serial port of this machine."""

    framing: Framing
    host: str = ""
    port: int = 0
    device: str = ""
    """Serial port, such as /dev/ttyUSB0 or COM3; empty for a host."""

    def __str__(self) -> str:
        return self.device or f"{self.host}:{self.port}"


def parse_endpoint(url: str) -> Endpoint:
    """The endpoint of a link's URL; ValueError with one sentence for the engineer."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"the port of {url!r} is not a number from 1 to 65535") from None
    framing = SCHEMES.get(parts.scheme)
    if framing is None:
        raise ValueError(
            f"{url!r} is not an address of a Modbus device: write modbus://host:502, modbus+tls://host,"
            " modbus+rtu://host:port or modbus+rtu:///dev/ttyUSB0 (modbus+ascii likewise)"
        )
    if port == 0:
        raise ValueError(f"the port of {url!r} is not a number from 1 to 65535")
    if not parts.hostname:
        return _serial(url, framing, parts)
    if parts.path.strip("/") or parts.query or parts.username:
        raise ValueError(f"{url!r} says more than a host and a port: write {parts.scheme}://{parts.hostname}:port")
    port = port or PORTS.get(framing, 0)
    if not port:
        raise ValueError(f"{url!r} names no port, and serial servers have none of their own: write one after the host")
    return Endpoint(framing, parts.hostname, port)


def _serial(url: str, framing: Framing, parts: SplitResult) -> Endpoint:
    path = unquote(parts.path)
    if framing in PORTS or not path.strip("/") or parts.port:
        raise ValueError(f"{url!r} names no host: write {parts.scheme}://host" + ("" if framing in PORTS else ":port"))
    windows = _WINDOWS_PORT.fullmatch(path)
    return Endpoint(framing, device=windows[1].upper() if windows else path)


PARITIES = {"even": "E", "odd": "O", "none": "N"}
"""Word of a setting -> letter of pyserial."""


@dataclass(frozen=True, slots=True)
class SerialLine:
    """How the bits lie on a serial line; what holds if nothing is said is what the standard asks every device for.

    Source: Modbus over serial line V1.02, 2.5.1 (8 bits, even parity, one stop bit, 19 200 baud).
    """

    baud: int = 19_200
    parity: str = "even"
    stop: int = 1
    bits: int = 0
    """Data bits, 7 or 8; 0 for what the framing asks for: 8 in RTU, 7 in ASCII."""

    def __str__(self) -> str:
        return f"{self.baud} {PARITIES[self.parity]}-{self.bits or 8}-{self.stop}"


USUAL_LINE = SerialLine()
SERIAL_WORDS = ("baud", "parity", "stop", "bits")
_BAUDS = (50, 4_000_000)
_CHOICES = {"stop": (1, 2), "bits": (7, 8)}


def parse_serial(words: Mapping[str, str]) -> SerialLine:
    """The settings of a serial line (see SERIAL_WORDS); ValueError with one sentence for the engineer."""
    numbers = {word: _number(word, text) for word, text in words.items() if word != "parity"}
    parity = words.get("parity", "even")
    if parity not in PARITIES:
        close = difflib.get_close_matches(parity.lower(), PARITIES, 1)
        close = close or [word for word, letter in PARITIES.items() if letter == parity.upper()]
        hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(PARITIES)}."
        raise ValueError(f"parity {parity!r} does not exist; {hint}")
    return SerialLine(parity=parity, **numbers)


def _number(word: str, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ValueError(f"{word}={text!r} is not a number") from None
    choices = _CHOICES.get(word)
    if choices and number not in choices:
        raise ValueError(f"{word}={text} does not exist: a serial line has {choices[0]} or {choices[1]}")
    if not choices and not _BAUDS[0] <= number <= _BAUDS[1]:
        raise ValueError(f"{word}={text} is outside {_BAUDS[0]} to {_BAUDS[1]}; most devices take 9600 or 19200")
    return number
