"""LineClient: RTU and ASCII, on a serial port or through a serial server. One request in flight.

Nothing on such a line says which request an answer belongs to, so this client sees to it that there is never a doubt:

- A request that was given up leaves a debt: its answer may still come, for as long again as its timeout was. Until then
  nothing is asked that this answer could be taken for (same unit and function); other units go on.
- After a frame that was broken, whatever arrives is thrown away until the line has been quiet.
- A whole frame that nobody asked for and nobody is owed means that the line is out of step: it is closed, to begin
  anew. An answer later than twice its timeout can't be told from the one to the like request that was asked since;
  that one's own is then one too many, and closes the line. So the timeout is to be as long as the slowest device needs.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass

from drivers.modbus.client import TURNAROUND_S, Client, GarbledAnswer, ModbusException, NotSent
from drivers.modbus.endpoint import SerialLine
from drivers.modbus.framing import Broken, LineFraming, fits, longest
from drivers.modbus.mbap import misfit

SETTLE_S = 0.05
"""Silence after which a line that was in disorder is quiet. Longer than t3.5: adapters on USB hold what they received
back for up to 16 ms, and serial servers for as long."""
PATIENCE = 2.0
"""Timeouts for which a request may wait for the line. More than the one for which an answer may be owed, so that a
frame that was lost costs one request and not two."""
_FAST_BAUD, _FAST_GAP_S = 19_200, 0.00175
"""Source: Modbus over serial line V1.02, 2.5.1.1: above 19 200 baud t3.5 is 1.750 ms whatever the rate."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What a serial line needs; zero behind a serial server, which keeps the times of its own line."""

    character_s: float = 0.0
    gap_s: float = 0.0
    """Silence between two frames, t3.5."""

    @classmethod
    def of(cls, line: SerialLine, bits: int) -> Timing:
        character_s = (1 + (line.bits or bits) + (line.parity != "none") + line.stop) / line.baud
        return cls(character_s, _FAST_GAP_S if line.baud > _FAST_BAUD else 3.5 * character_s)


@dataclass(slots=True, eq=False)
class _Request:
    unit: int
    pdu: bytes
    timeout_s: float
    answer: asyncio.Future[bytes]
    deadline: float = math.inf
    until: float = math.inf
    """Given up: until then its answer may come; loop time."""

    def means(self, unit: int, function: int) -> bool:
        """Whether a frame of this unit and function may be its answer."""
        return unit == self.unit and function & 0x7F == self.pdu[0]


class LineClient(Client):
    """See the module."""

    def __init__(self, framing: LineFraming, timing: Timing) -> None:
        super().__init__()
        self._framing = framing
        self._timing = timing
        self._turn = asyncio.Lock()
        self._asked: _Request | None = None
        self._owed: list[_Request] = []
        self._quiet_at = 0.0
        """Loop time from which the line is free."""
        self._deaf = False
        """Everything is thrown away until the line has been quiet."""
        self._stir: asyncio.Future[None] = self._loop.create_future()

    async def call(self, unit: int, pdu: bytes, timeout_s: float) -> bytes:
        request = _Request(unit, pdu, timeout_s, self._loop.create_future())
        try:
            async with asyncio.timeout(PATIENCE * timeout_s):
                await self._take_turn(request)
        except TimeoutError:
            raise NotSent from None
        try:
            return await self._ask(request)
        finally:
            self._turn.release()

    async def broadcast(self, pdu: bytes, turnaround_s: float = TURNAROUND_S) -> None:
        async with self._turn:
            await self._quiet()
            frame = self._framing.wrap(0, pdu)
            self._send(frame)
            await asyncio.sleep(turnaround_s + len(frame) * self._timing.character_s)

    async def _take_turn(self, request: _Request) -> None:
        while True:
            await self._paid(request)  # out of turn: a unit that owes an answer must not hold up its neighbours
            await self._turn.acquire()
            try:
                if not self._owing(request):
                    await self._quiet()
                    return
            except BaseException:
                self._turn.release()
                raise
            self._turn.release()

    async def _paid(self, request: _Request) -> None:
        """Wait until nothing on its way could be taken for this request's answer."""
        while wait_s := self._owing(request):
            self._stir = self._loop.create_future()
            await asyncio.wait((self._stir,), timeout=wait_s)
            await self._still()

    async def _quiet(self) -> None:
        """Wait until the line is free."""
        while (wait_s := self._quiet_at - self._loop.time()) > 0:
            await self._still()
            await asyncio.sleep(wait_s)
        await self._still()
        self._deaf = False

    async def _still(self) -> None:
        if self.gone:
            await self._refuse()

    async def _ask(self, request: _Request) -> bytes:
        frame = self._framing.wrap(request.unit, request.pdu)
        self._asked = request
        characters = len(frame) + self._framing.size(longest(request.pdu))
        request.deadline = self._loop.time() + request.timeout_s + characters * self._timing.character_s
        self._send(frame)
        if request.deadline < self._wakes:
            self._ring(request.deadline)
        try:
            return await request.answer
        except asyncio.CancelledError:
            self._owe(request)
            raise
        finally:
            self._asked = None

    def _send(self, frame: bytes) -> None:
        assert self._transport is not None
        self._filled = 0  # what is left of an answer that never became whole
        self._transport.write(frame)

    def _owe(self, request: _Request) -> None:
        request.until = request.deadline + request.timeout_s
        self._owed.append(request)

    def _owing(self, request: _Request) -> float:
        """Seconds for which an answer may still come that could be taken for this request's."""
        if not self._owed:
            return 0.0
        now = self._loop.time()
        self._owed = [owed for owed in self._owed if owed.until > now]
        return max((owed.until - now for owed in self._owed if owed.means(request.unit, request.pdu[0])), default=0.0)

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        self._hush(SETTLE_S if self._deaf else self._timing.gap_s)
        if self._deaf:
            self._filled = 0
        while self._filled:
            received = bytes(self._memory[: self._filled])
            try:
                end, frame = self._framing.cut(received)
            except Broken as broken:
                self._confused(str(broken))
                return
            if not end:
                return
            self._filled -= end
            self._memory[: self._filled] = received[end:]
            self._arrived(frame[0], frame[1], frame[2:])

    def _hush(self, seconds: float) -> None:
        self._quiet_at = max(self._quiet_at, self._loop.time() + seconds)

    def _arrived(self, unit: int, function: int, body: bytes) -> None:
        asked = self._asked
        if asked is not None and not asked.answer.done() and asked.means(unit, function):
            if function & 0x80:
                asked.answer.set_exception(ModbusException(body[0]))
            elif fits(asked.pdu, body):
                asked.answer.set_result(body)
            else:
                self.garbage += 1
                self._owe(asked)
                reason = misfit(unit, function, len(body), asked.unit, asked.pdu[0])
                asked.answer.set_exception(GarbledAnswer(reason))
            return
        if not unit:  # some devices answer a broadcast, which never confuses anybody
            self.garbage += 1
            return
        for owed in self._owed:
            if owed.means(unit, function):
                self._owed.remove(owed)
                self._stirred()
                return
        self._out_of_step(f"unit {unit} function {function}")

    def _out_of_step(self, answer: str) -> None:
        asked = self._asked
        if asked is not None and not asked.answer.done():
            asked.answer.set_exception(GarbledAnswer(f"{answer} answered {asked.unit}/{asked.pdu[0]}"))
        self._break(f"its answers are out of step: {answer} answered though nobody had asked")

    def _confused(self, reason: str) -> None:
        """What arrived is no frame."""
        asked, received = self._asked, bytes(self._memory[: self._filled])
        self.garbage += 1
        self._deaf, self._filled = True, 0
        self._hush(SETTLE_S)
        if asked is not None and not asked.answer.done():
            if self._owed or not self._like_answer(asked, received):
                self._owe(asked)
            asked.answer.set_exception(GarbledAnswer(reason))

    def _like_answer(self, asked: _Request, received: bytes) -> bool:
        """Whether this was the answer that is waited for, but for its checksum: then no other will come."""
        head = self._framing.wrap(asked.unit, asked.pdu)[: self._framing.head]
        return received.startswith(head) and len(received) >= self._framing.size(longest(asked.pdu))

    def _expire(self) -> None:
        self._wakes, self._timer, asked = math.inf, None, self._asked
        if asked is None or asked.answer.done():
            return
        if asked.deadline > self._loop.time():
            self._ring(asked.deadline)
            return
        self._hush(SETTLE_S)
        self._owe(asked)
        asked.answer.set_exception(TimeoutError())

    def _fail(self, error: ConnectionError) -> None:
        if self._asked is not None and not self._asked.answer.done():
            self._asked.answer.set_exception(error)
        self._stirred()

    def _stirred(self) -> None:
        if not self._stir.done():
            self._stir.set_result(None)
