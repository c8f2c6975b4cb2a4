"""The station's end of the socket: who is attached, what they ask, what is answered.

Listens on 127.0.0.1 only, on a port the system picks; `station.json` tells it and the token to whoever may read the
run folder. A connection begins as a seat that watches; who signs in there is proved, and `Sessions` tells at each act
in whose name and with which rights it runs.

Rules:
- Everything that acts is a row of `acts`, or of the acts of sessions; an act that is in no row is refused.
- An act that was begun is never broken off, neither by a deadline nor by a window that goes away: what it does to the
  journal and to the field belongs together. The ledger tells who comes back.
- Who has not shown the token costs next to nothing: few at a time at the door, and a row of the journal a minute.
- Garbage, a frame too large, silence instead of a hello, a reader that does not read: that connection ends, no other.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from supervisor import notice
from supervisor.accounts.sessions import Session, Sessions
from supervisor.errors import Refused, StoreError
from supervisor.frames import LARGEST_HELLO, Garbage, Hello, Refusal, Reply, Request, pack, receive
from supervisor.journal import Entry, Journal
from supervisor.model import Text, User

Act = Callable[[User, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""One thing that may be asked: the user and the words of the request in, the words of the answer out."""

HOST = "127.0.0.1"
HELLO_S = 5.0
SEND_S = 5.0
"""A window that does not take its answers for so long is cut off."""
LONGEST_S = 30.0
"""No request keeps a place longer than this."""
AT_ONCE = 32
"""Requests of one window under way at a time; the next ones wait in its socket."""
AT_THE_DOOR = 64
"""Connections that have not said hello; more are hung up on. Any program of this machine can connect."""
TOLD_S = 60.0
"""How often the journal is told of strangers: it is kept for ever, and they may come a thousand times a second."""
GRACE_S = 2.0
"""What is under way when the station stops has this long to finish."""

log = logging.getLogger(__name__)


class Server:
    """See the module."""

    def __init__(
        self, sessions: Sessions, acts: Mapping[str, Act], journal: Journal, fingerprint: str, columns: str = ""
    ) -> None:
        """`fingerprint` and `columns` go into the notice."""
        self._sessions = sessions
        self._acts = acts
        self._journal = journal
        self._fingerprint = fingerprint
        self._columns = columns
        self._token = secrets.token_urlsafe(32)
        self._tasks: set[asyncio.Task[Any]] = set()
        """Connections, and acts that were begun."""
        self.attached: dict[int, Session] = {}
        """Number of the connection -> its seat."""
        self._number = 0
        self._greeting = 0
        self._told = -TOLD_S

    async def start(self, path: Path) -> notice.Notice:
        """Listen, and put up the notice at `path`. Raises StoreError where that can't be written."""
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        port = int(self._server.sockets[0].getsockname()[1])
        self._path = path
        self._notice = notice.Notice(port, self._token, os.getpid(), self._fingerprint, self._columns)
        try:
            notice.post(path, self._notice)
        except StoreError:
            self._server.close()
            raise
        return self._notice

    async def stop(self) -> None:
        """Take the notice down, let acts that are under way finish, hang up."""
        notice.take_down(self._path, self._notice)
        self._server.close()
        acts = [task for task in self._tasks if task.get_name() == "act"]
        if acts:
            await asyncio.wait(acts, timeout=GRACE_S)
        while pending := [task for task in self._tasks if not task.done()]:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=0.5)
        await self._server.wait_closed()

    def _spawn(self, work: Awaitable[Any], name: str) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        task.set_name(name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A plain function, so that the task is ours: asyncio's own would be out of reach of `stop`."""
        if self._greeting >= AT_THE_DOOR:
            writer.transport.abort()
            return
        self._number += 1
        self._spawn(self._serve(self._number, _Line(reader, writer)), "window")

    async def _serve(self, number: int, line: _Line) -> None:
        """One connection, from hello to hang-up."""
        try:
            session = await self._greet(line)
            if session is None:
                return
            self.attached[number] = session
            await self._listen(line, session)
        except (Garbage, asyncio.IncompleteReadError, TimeoutError, OSError) as error:
            log.info("Connection %d ended: %s", number, error)
        finally:
            if gone := self.attached.pop(number, None):
                self._sessions.leave(gone)
            await line.close()

    async def _greet(self, line: _Line) -> Session | None:
        """The seat of who is there; None, with an answer, for somebody who may not be."""
        self._greeting += 1
        try:
            async with asyncio.timeout(HELLO_S):
                hello = await receive(line.reader, Hello, LARGEST_HELLO)
        finally:
            self._greeting -= 1
        if not hmac.compare_digest(hello.token.encode(), self._token.encode()):
            self._tell_stranger()
            await line.send(Reply(0, error="The token is not this station's."))
            return None
        session = self._sessions.enter(hello.seat)
        await line.send(Reply(0, ok={"fingerprint": self._fingerprint}))
        return session

    def _tell_stranger(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._told >= TOLD_S:
            self._told = now
            self._note("refused", "", "token")

    async def _listen(self, line: _Line, session: Session) -> None:
        places = asyncio.Semaphore(AT_ONCE)
        while True:
            await places.acquire()
            request = await receive(line.reader, Request)
            answer = self._spawn(self._answer(line, session, request), "answer")
            answer.add_done_callback(lambda _: places.release())

    async def _answer(self, line: _Line, session: Session, request: Request) -> None:
        reply = await self._act(session, request)
        try:
            await line.send(reply)
        except (TimeoutError, OSError) as error:
            log.info("An answer to %s found nobody: %s", session.seat, error)
            line.writer.transport.abort()

    async def _act(self, session: Session, request: Request) -> Reply:
        """The reply to one request, whatever the act does."""
        self._sessions.hear(session, request.idle_s)
        begun = self._begin(session, request)
        if begun is None:
            return _refusal(request.id, _unknown(request.act))
        work = self._spawn(begun, "act")
        try:
            async with asyncio.timeout(min(max(request.within_s, 0.0), LONGEST_S)):
                return Reply(request.id, ok=await asyncio.shield(work))
        except Refused as refused:
            return _refusal(request.id, self._sessions.explain(session, request.act, refused))
        except TimeoutError:
            work.add_done_callback(_mourn)
            return Reply(request.id, error="No answer in time: it may still be done, the ledger tells.")
        except (StoreError, msgspec.ValidationError) as error:
            return Reply(request.id, error=str(error))
        except Exception as error:
            log.exception("Act %s failed", request.act)
            return Reply(request.id, error=f"internal error: {error}")

    def _begin(self, session: Session, request: Request) -> Awaitable[Mapping[str, Any]] | None:
        """The act that is asked for, begun; None where there is none of that name."""
        if request.act in self._sessions.acts:
            return self._sessions.acts[request.act](session, request.words)
        act = self._acts.get(request.act)
        return act(self._sessions.user(session), request.words) if act else None

    def _note(self, kind: str, who: str, result: str = "") -> None:
        self._journal.append(Entry("access", kind, who, result=result))


class _Line:
    """One connection's two ends."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._sending = asyncio.Lock()

    async def send(self, reply: Reply) -> None:
        """Raises TimeoutError or OSError where the other end does not take it."""
        try:
            frame = pack(reply)
        except (ValueError, TypeError) as error:
            log.error("An answer cannot be sent: %s", error)
            frame = pack(Reply(reply.id, error="The answer is too large."))
        async with self._sending, asyncio.timeout(SEND_S):
            self.writer.write(frame)
            await self.writer.drain()

    async def close(self) -> None:
        """Say what is left to say, briefly; then hang up."""
        self.writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self.writer.wait_closed()
        self.writer.transport.abort()


def _mourn(work: asyncio.Task[Any]) -> None:
    """The end of an act nobody waits for any more."""
    error = None if work.cancelled() else work.exception()
    if error and not isinstance(error, Refused):
        log.error("An act failed after its asker had gone", exc_info=error)


def _refusal(number: int, refused: Refused) -> Reply:
    return Reply(number, refused=Refusal(refused.check, refused.text.fr, refused.text.en))


def _unknown(act: str) -> Refused:
    return Refused("act", Text(f"Le poste ne connaît pas l'acte « {act} ».", f'The station knows no act "{act}".'))
