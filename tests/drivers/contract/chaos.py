"""Chaos: a TCP proxy in the test's own process, where a wire does what wires do.

    driver ── port ── (up) ──> server
                 <── (down) ──

It knows no protocol; what a way does to a chunk of bytes is one function, and may be another one at any moment. A chunk
on loopback is what the peer wrote at one go, so it usually is one frame.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator

from tests.ports import free_port

Way = Callable[["Flow", bytes], Awaitable[None]]
"""What becomes of one chunk on its way."""
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER that makes a close an RST."""


class Flow:
    """One direction of one connection, as a `Way` sees it."""

    def __init__(self, chaos: Chaos, out: asyncio.StreamWriter) -> None:
        self.chaos = chaos
        self.kept = b""
        """A chunk that a way holds back."""
        self.count = 0
        """Chunks a way has seen."""
        self._out = out

    async def say(self, data: bytes) -> None:
        """Hand bytes on."""
        self._out.write(data)
        await self._out.drain()

    def later(self, seconds: float, data: bytes) -> None:
        """Hand bytes on when others have gone before them; they are lost where the connection is gone by then."""
        asyncio.get_running_loop().call_later(seconds, self._late, data)

    def _late(self, data: bytes) -> None:
        if not self._out.transport.is_closing():
            self._out.write(data)

    def end(self) -> None:
        """FIN, after what was said."""
        self._out.close()

    def shut(self) -> None:
        """FIN, while the other direction is still listened to."""
        if self._out.can_write_eof() and not self._out.transport.is_closing():
            self._out.write_eof()

    def reset(self) -> None:
        """RST."""
        _reset(self._out)


class Chaos:
    """See the module."""

    def __init__(self, server: int) -> None:
        self.server = server
        """Port of the real server."""
        self.port = free_port()
        self.calmed = asyncio.Event()
        """Set while nothing is wrong: what was held goes on."""
        self.down: Way = passing
        """From the server to the driver."""
        self.up: Way = passing
        self.slamming = False
        """Every connection is accepted, and hung up on at once."""
        self.chunks = 0
        """Chunks the server has said."""
        self.connections = 0
        """How often a driver came, whether or not the server answered."""
        self._listener: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Accept connections."""
        self.calmed.set()
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def refuse(self) -> None:
        """Cut every connection and refuse new ones, as a controller without power behind a router that has it."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.cut()
        await asyncio.sleep(0.02)  # a connection that was accepted just now says so only after a turn of the loop
        self.cut()
        while self._serving:
            await asyncio.wait(self._serving)

    def disturb(self, down: Way | None = None, up: Way | None = None) -> None:
        """From now on; also for the connections there are."""
        self.calmed.clear()
        self.down, self.up = down or passing, up or passing

    def calm(self) -> None:
        """Nothing is wrong any more."""
        self.down, self.up, self.slamming = passing, passing, False
        self.calmed.set()

    def cut(self) -> None:
        """RST on every connection."""
        for writer in list(self._writers):
            _reset(writer)

    async def close(self) -> None:
        self.calm()
        await self.refuse()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self.connections += 1
        writers = [writer]
        self._writers.add(writer)
        try:
            if self.slamming:
                return
            back_reader, back = await asyncio.open_connection("127.0.0.1", self.server)
            writers.append(back)
            self._writers.add(back)
            await self._both(self._pump(reader, Flow(self, back), True), self._pump(back_reader, Flow(self, writer)))
        except OSError:
            _reset(writer)  # the server is not there
        finally:
            self._writers -= set(writers)
            for each in writers:
                each.close()
                with contextlib.suppress(OSError):
                    await each.wait_closed()
            self._serving.discard(task)

    async def _both(self, *pumps: Awaitable[None]) -> None:
        tasks = [asyncio.ensure_future(pump) for pump in pumps]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _pump(self, reader: asyncio.StreamReader, flow: Flow, upwards: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                self.chunks += not upwards
                await (self.up if upwards else self.down)(flow, data)


async def passing(flow: Flow, data: bytes) -> None:
    """As it should be."""
    await flow.say(data)


async def held(flow: Flow, data: bytes) -> None:
    """A hole in the road: nothing comes through, nobody hangs up; when it is mended, everything comes at once."""
    await flow.chaos.calmed.wait()
    await flow.say(data)


async def swallowed(flow: Flow, data: bytes) -> None:
    """Gone for good."""


async def reset(flow: Flow, data: bytes) -> None:
    """RST instead of an answer."""
    flow.reset()


async def ended(flow: Flow, data: bytes) -> None:
    """FIN instead of an answer."""
    flow.end()


async def truncated(flow: Flow, data: bytes) -> None:
    """Half an answer, then FIN."""
    await flow.say(data[: max(len(data) // 2, 1)])
    flow.end()


async def unfinished(flow: Flow, data: bytes) -> None:
    """All but the last bytes; the connection stays open."""
    await flow.say(data[: max(len(data) - 3, 1)])


async def twice(flow: Flow, data: bytes) -> None:
    """Every answer again."""
    await flow.say(data + data)


async def garbage(flow: Flow, data: bytes) -> None:
    """Nonsense instead of an answer."""
    await flow.say(random.randbytes(64))


async def half_closed(flow: Flow, data: bytes) -> None:
    """The server says no more and goes on listening, as one whose sender has died."""
    flow.shut()


async def swapped(flow: Flow, data: bytes) -> None:
    """Two neighbouring bytes have changed places."""
    place = random.randrange(max(len(data) - 1, 1))
    await flow.say(data[:place] + data[place : place + 2][::-1] + data[place + 2 :])


async def reordered(flow: Flow, data: bytes) -> None:
    """Every second answer overtakes the one before."""
    if flow.kept:
        await flow.say(data + flow.kept)
        flow.kept = b""
    else:
        flow.kept = data


async def unasked(flow: Flow, data: bytes) -> None:
    """After each answer the very first one comes once more, though nobody has asked."""
    flow.kept = flow.kept or data
    await flow.say(data)
    flow.later(0.02, flow.kept)


def straggling(seconds: float) -> Way:
    """Every third answer comes so much later, and does not hold up those behind it."""

    async def way(flow: Flow, data: bytes) -> None:
        flow.count += 1
        if flow.count % 3:
            await flow.say(data)
        else:
            flow.later(seconds, data)

    return way


def contradicted(other: Callable[[bytes], bytes]) -> Way:
    """Every answer again, and differently."""

    async def way(flow: Flow, data: bytes) -> None:
        await flow.say(data + other(data))

    return way


def late(seconds: float) -> Way:
    """Each chunk waits for so long."""

    async def way(flow: Flow, data: bytes) -> None:
        await asyncio.sleep(seconds)
        await flow.say(data)

    return way


def dribbled(seconds: float) -> Way:
    """A byte at a time."""

    async def way(flow: Flow, data: bytes) -> None:
        for byte in data:
            await flow.say(bytes([byte]))
            await asyncio.sleep(seconds)

    return way


def damaged(place: int, replacement: bytes) -> Way:
    """These bytes instead of those at this place of a chunk; a place below nought counts from its end."""

    async def way(flow: Flow, data: bytes) -> None:
        at = place if place >= 0 else max(len(data) + place, 0)
        await flow.say((data[:at] + replacement + data[at + len(replacement) :])[: max(len(data), at)])

    return way


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port that answers a connection attempt with nothing at all, as an address without a machine does."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = int(listener.getsockname()[1])
        for _ in range(8):  # fill the queue of connections that nobody accepts
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(("127.0.0.1", port))
        yield port


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()
