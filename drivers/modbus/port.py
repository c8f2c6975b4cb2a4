"""SerialPort: a serial port as an asyncio transport, on Linux and on Windows alike.

A thread of its own opens the port, waits for what arrives and closes it; opening a port on USB may take a second, and
no loop of Windows can wait for one. Writing never waits: what a port does not take at once closes it, since one request
is far less than any port holds back.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

import serial

from drivers.modbus.client import Client
from drivers.modbus.endpoint import PARITIES, SerialLine

LOOK_S = 0.2
"""How often the thread looks whether it may end; only where the port can't be woken."""


class SerialPort(asyncio.WriteTransport):
    """See the module; `open_port` makes it."""

    def __init__(self, device: str, client: Client) -> None:
        super().__init__()
        self._device = device
        self._client = client
        self._loop = asyncio.get_running_loop()
        self._port: serial.Serial | None = None
        self._closing = False
        self._opened: asyncio.Future[None] = self._loop.create_future()

    async def open(self, line: SerialLine, bits: int) -> None:
        """Raises OSError; where it is cancelled the port is closed again as soon as it is open."""
        arguments = (line, line.bits or bits)
        threading.Thread(target=self._live, args=arguments, name=f"serial port {self._device}", daemon=True).start()
        try:
            await self._opened
        except asyncio.CancelledError:
            self._closing = True
            raise

    def write(self, data: bytes | bytearray | memoryview) -> None:
        port = self._port
        if port is None or self._closing:
            return
        try:
            # looked at first: pyserial would spin on a port whose buffer is full
            if port.out_waiting or port.write(data) != len(data):
                self._give_up(f"{self._device} does not take what is sent: check its flow control and its cable")
        except (OSError, serial.SerialException) as error:
            self._give_up(f"{self._device} does not take what is sent ({error})")

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        """Ends the thread, which closes the port; `connection_lost` follows."""
        if not self._closing:
            self._closing = True
            if self._port is not None:
                with suppress(OSError, serial.SerialException):  # it is closing by itself
                    self._port.cancel_read()

    def _give_up(self, reason: str) -> None:
        self._client.end = reason
        self.abort()

    # ------------------------------------------------------------ in the thread

    def _live(self, line: SerialLine, bits: int) -> None:
        try:
            port = serial.Serial(
                self._device,
                line.baud,
                bytesize=bits,
                parity=PARITIES[line.parity],
                stopbits=line.stop,
                timeout=LOOK_S,
                write_timeout=0,
                exclusive=True,
            )
        except (OSError, ValueError) as error:
            self._post(self._failed, OSError(str(error)))
            return
        end = None
        with port:
            self._port = port
            self._post(self._made)
            try:
                while not self._closing:
                    if data := port.read(1):
                        self._post(self._client.feed, data + port.read(port.in_waiting))
            except (OSError, TypeError) as error:  # pyserial says TypeError of a port that is pulled out as it reads
                end = OSError(f"{self._device} is gone ({error})")
            if self._closing:  # what a port says as it is closed is no news
                end = None
            self._closing, self._port = True, None
        self._post(self._client.connection_lost, end)

    def _post(self, act: Callable[..., object], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop has been closed: nobody is left to be told
            self._loop.call_soon_threadsafe(act, *arguments)

    # ------------------------------------------------------------ on the loop

    def _made(self) -> None:
        self._client.connection_made(self)
        if not self._opened.done():
            self._opened.set_result(None)

    def _failed(self, error: OSError) -> None:
        if not self._opened.done():
            self._opened.set_exception(error)


async def open_port(device: str, client: Client, line: SerialLine, bits: int) -> None:
    """Open a serial port for a client. Raises OSError."""
    await SerialPort(device, client).open(line, bits)
