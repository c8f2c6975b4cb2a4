"""The window's end of the socket. Connects when first asked, and again when asked after the station has gone.

A request is sent once. Where no answer comes nobody knows whether the station acted: that is `Unavailable`, and the
ledger tells once it is back.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from supervisor import notice
from supervisor.errors import Refused, Unavailable
from supervisor.frames import Garbage, Hello, Reply, Request, pack, receive

CONNECT_S = 2.0
PATIENCE_S = 0.5
"""The station itself says when it was too slow; this much later nothing more is expected of it."""


class Asker:
    """The line of one seat to the station announced at `path` (station.json).

    With a `proof` it signs in whenever it has connected: for programs, which nobody watches. A window has none: who
    sits there signs in by hand, and again after the station has gone.
    """

    def __init__(self, path: Path, seat: str = "", within_s: float = 5.0, proof: tuple[str, str] | None = None) -> None:
        """`proof` are the id and the password of a person."""
        self.seat = seat or socket.gethostname()
        self.idle: Callable[[], float] | None = (lambda: 0.0) if proof else None
        """For how long nobody has touched this seat, in seconds: told with whatever is asked. A program is at work."""
        self._proof = proof
        self._path = path
        self._within_s = within_s
        self._connecting = asyncio.Lock()
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._number = 0

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        """The station's answer. Raises Refused with the operator's sentence, or Unavailable."""
        writer = await self._connected()
        self._number += 1
        number = self._number
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            async with asyncio.timeout(self._within_s + PATIENCE_S):
                writer.write(pack(Request(number, act, words, self._within_s, self.idle() if self.idle else None)))
                await writer.drain()
                return _read(await future)
        except TimeoutError:
            raise Unavailable("The station does not answer.") from None
        except OSError as error:
            raise Unavailable(f"The connection to the station is lost: {error}.") from error
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """Hang up; the next question connects again."""
        listening = self._listening
        if listening is not None:
            listening.cancel()
            await asyncio.wait([listening])
        if self._writer is not None:
            writer, self._writer = self._writer, None
            await _hang_up(writer)

    async def _connected(self) -> asyncio.StreamWriter:
        async with self._connecting:
            if self._writer is None or self._listening is None or self._listening.done():
                await self.close()
                reader, self._writer = await self._connect()
                self._listening = asyncio.create_task(self._listen(reader), name="answers")
            return self._writer

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        found = notice.look(self._path)
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", found.port)
                writer.write(pack(Hello(found.token, self.seat)))
                _read(await receive(reader, Reply))
            if self._proof:
                await self._prove(reader, writer, *self._proof)
            return reader, writer
        except (OSError, TimeoutError, asyncio.IncompleteReadError, Garbage) as error:
            await _hang_up(writer)
            raise Unavailable(f"The station does not answer: {error}.") from error
        except (Refused, Unavailable):
            await _hang_up(writer)
            raise

    async def _prove(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, user: str, word: str) -> None:
        """Sign in before anything else is asked."""
        async with asyncio.timeout(self._within_s + PATIENCE_S):
            writer.write(pack(Request(0, "sign_in", {"user": user, "password": word}, self._within_s)))
            _read(await receive(reader, Reply))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Hand the answers to those who wait, until the line is dead."""
        reason = "the line was closed"
        try:
            while True:
                reply = await receive(reader, Reply)
                future = self._waiting.get(reply.id)
                if future and not future.done():
                    future.set_result(reply)
        except (OSError, asyncio.IncompleteReadError, Garbage) as error:
            reason = str(error)
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(Unavailable(f"The station has gone while it was asked ({reason})."))


def _read(reply: Reply) -> Mapping[str, Any]:
    if reply.refused is not None:
        raise Refused(reply.refused.check, reply.refused.text)
    if reply.error is not None or reply.ok is None:
        raise Unavailable(reply.error or "The station's answer says nothing.")
    return reply.ok


async def _hang_up(writer: asyncio.StreamWriter | None) -> None:
    if writer is None:
        return
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(1.0):
            await writer.wait_closed()
