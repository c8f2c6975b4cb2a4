"""Handing a message over: the errors every way speaks, and mail (SMTP submission, RFC 6409)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Any, Protocol

import aiosmtplib

from alarms.notify.message import Message
from supervisor.on_call import SECRET, MailServer

TIMEOUT_S = 20.0
OPENING_S = 35.0
"""For all that comes before the letter, each answer within `TIMEOUT_S`; less than a message may take as a whole."""


class Delayed(Exception):
    """It was not handed over, and may be tried again."""


class Rejected(Exception):
    """It was not handed over, and will never be: the other end said so for good."""


class Doubtful(Exception):
    """Nobody knows whether it was handed over: the line broke between the last byte and the answer."""


class Partly(Exception):
    """Of several payloads the first ones were handed over and the last ones were not; of one between nobody knows."""

    def __init__(self, sent: int, doubtful: int, reason: str) -> None:
        super().__init__(reason)
        self.sent, self.doubtful = sent, doubtful


class Sender(Protocol):
    """One way to reach people."""

    async def send(self, message: Message) -> None:
        """Returns once the other end has taken it. Raises Delayed, Rejected, Doubtful or Partly."""


class _Client(aiosmtplib.SMTP):
    """Knows whether the letter itself has begun to leave."""

    began = False

    async def data(self, *args: Any, **words: Any) -> aiosmtplib.SMTPResponse:
        self.began = True
        return await super().data(*args, **words)


class Mail:
    """By mail."""

    def __init__(self, server: MailServer, folder: Path, password: Callable[[str], str | None]) -> None:
        """`folder` of the site; `password` is asked in a thread, each time: it may have been changed."""
        self._server, self._folder, self._password = server, folder, password

    async def send(self, message: Message) -> None:
        """See `Sender`."""
        client = await self._connect()
        try:
            await client.send_message(self._letter(message))
        except aiosmtplib.SMTPRecipientsRefused as error:
            reply = error.recipients[0] if error.recipients else None
            raise _judged(reply.code if reply else 550, reply.message if reply else str(error)) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _judged(error.code, error.message) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise (Doubtful if client.began else Delayed)(
                f"the mail server {self._server.host} hung up: {error}"
            ) from error
        finally:
            client.close()

    async def _connect(self) -> _Client:
        """Signed in, within `OPENING_S`: however slow it is, no byte of the letter has left yet."""
        try:
            async with asyncio.timeout(OPENING_S):
                return await self._opened()
        except TimeoutError as error:
            raise Delayed(f"the mail server {self._server.host}:{self._server.port} does not answer") from error

    async def _opened(self) -> _Client:
        """Signed in. A server that can't be reached, or refuses us, may be better later."""
        server = self._server
        try:
            context = await asyncio.to_thread(self._context)
            secret = await asyncio.to_thread(self._password, SECRET) if server.user else None
        except OSError as error:
            raise Delayed(f"the keys or the password for the mail server cannot be read: {error}") from error
        client = _Client(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=context,
            timeout=TIMEOUT_S,
        )
        try:
            await client.connect()
            if server.user:
                await client.login(server.user, secret or "")
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise Delayed(f"the mail server {server.host}:{server.port} does not let us in: {error}") from error
        except asyncio.CancelledError:
            client.close()
            raise
        return client

    def _context(self) -> ssl.SSLContext | None:
        if self._server.security == "none":
            return None
        return ssl.create_default_context(cafile=str(self._folder / self._server.ca) if self._server.ca else None)

    def _letter(self, message: Message) -> EmailMessage:
        letter = EmailMessage()
        letter["From"], letter["To"] = self._server.sender, message.to.mail
        letter["Subject"], letter["Date"] = message.title, formatdate(localtime=True)
        letter["Message-ID"] = message.id
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
        letter.set_content(message.body + "\n")
        return letter


def _judged(code: int, text: str) -> Exception:
    """RFC 5321, 4.2.1: 4yz may be tried again, 5yz not."""
    if code >= 500:
        return Rejected(f"the mail server refuses for good: {code} {text}")
    return Delayed(f"the mail server refuses for now: {code} {text}")
