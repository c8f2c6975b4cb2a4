"""A mail server of the test's own, on a real port: it takes letters, refuses them, forgets to answer."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.ports import free_port


class Office:
    """What arrived, and how it behaves."""

    def __init__(self) -> None:
        self.port = free_port()
        self.letters: list[Message] = []
        self.answer = ""
        """Instead of taking a letter."""
        self.refuses: set[str] = set()
        """Recipients it does not know."""
        self.silent = False
        """Takes the letter and hangs up without an answer."""
        self.password = ""
        self._transports: list[asyncio.Transport] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]) -> str:
        if address in self.refuses:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer:
            return self.answer
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(message_from_bytes(content, policy=default))
        if self.silent:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 taken"

    def check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == self.password.encode())

    @property
    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for letter in self.letters]


@asynccontextmanager
async def open_office(office: Office, context: ssl.SSLContext | None = None) -> AsyncIterator[Office]:
    """It is open for the block; with a context it offers STARTTLS, with a password it wants one."""

    def factory() -> SMTP:
        wants = bool(office.password)
        return SMTP(
            office,
            hostname="office.test",
            tls_context=context,
            auth_required=wants,
            auth_require_tls=context is not None,
            authenticator=office.check if wants else None,
        )

    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", office.port)
    try:
        yield office
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)
