"""The ways by which notices go, against real servers: mail with TLS and a password, a broker."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from alarms.notify.message import Message
from alarms.notify.send import Delayed, Mail, Partly
from drivers.mqtt.outbox import Outbox
from supervisor.errors import WriteFailed, WriteUnknown
from supervisor.model import LinkSpec, Text
from supervisor.on_call import Contact, MailServer
from supervisor.vault import Vault
from tests.alarms.notify.post_office import Office, open_office
from tests.drivers.mqtt.authority import Authority
from tests.drivers.mqtt.town import mosquitto
from tests.ports import free_port
from ui.pager import Pager

ANN = Contact("ann", "Ann", "ann@example.org", "astreinte/ann")
LETTER = Message(ANN, "Titre é", "Corps", "<1@angers.vigie>", (b'{"n": 1}', b'{"n": 2}'))


def secured(folder: Path, authority: Authority) -> ssl.SSLContext:
    certificate, key = authority.issue("office")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_that_mail_goes_over_tls_with_a_password_and_no_word_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alarms.notify.send.TIMEOUT_S", 3.0)  # this server forgets to answer a second wrong password

    async def scenario() -> None:
        authority, office = Authority(tmp_path), Office()
        office.password = "sésame"
        async with open_office(office, secured(tmp_path, authority)):
            server = MailServer(
                "127.0.0.1", office.port, "starttls", "vigie@example.org", "vigie", authority.certificate.name
            )
            await Mail(server, tmp_path, lambda _: "sésame").send(LETTER)
            letter = office.letters[0]
            assert (letter["Subject"], letter["Message-ID"], letter["From"]) == (
                "Titre é",
                LETTER.id,
                "vigie@example.org",
            )
            with pytest.raises(Delayed):
                await Mail(server, tmp_path, lambda _: "wrong").send(LETTER)
            assert len(office.letters) == 1

    asyncio.run(scenario())


def test_that_a_server_nobody_vouches_for_gets_neither_letter_nor_password(tmp_path: Path) -> None:
    async def scenario() -> None:
        office = Office()
        Authority(tmp_path, "other")
        async with open_office(office, secured(tmp_path, Authority(tmp_path))):
            server = MailServer("127.0.0.1", office.port, "starttls", "vigie@example.org", ca="other-ca.pem")
            with pytest.raises(Delayed, match="certificate"):
                await Mail(server, tmp_path, lambda _: None).send(LETTER)
            assert office.letters == []

    asyncio.run(scenario())


def test_that_a_server_without_the_tls_we_want_gets_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        office = Office()
        async with open_office(office):
            server = MailServer("127.0.0.1", office.port, "starttls", "vigie@example.org")
            with pytest.raises(Delayed):
                await Mail(server, tmp_path, lambda _: None).send(LETTER)
        assert office.letters == []

    asyncio.run(scenario())


def test_that_a_pager_gets_every_notice_and_one_without_a_broker_waits(tmp_path: Path) -> None:
    async def scenario() -> None:
        port = free_port()
        link = LinkSpec("L-M", Text("Bus", "Bus"), "mqtt", f"mqtt://127.0.0.1:{port}", "", None)
        pager = Pager(Outbox(link, Vault(tmp_path)))
        with pytest.raises(Delayed):
            await pager.send(LETTER)
        with mosquitto(port, tmp_path / "broker"):
            listener = await asyncio.create_subprocess_exec(
                "mosquitto_sub", "-p", str(port), "-t", "astreinte/#", "-C", "2", "-q", "1",
                stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            async with asyncio.timeout(20):
                while True:
                    try:  # until the listener is there the broker says that nobody listens
                        await pager.send(LETTER)
                        break
                    except Delayed:
                        await asyncio.sleep(0.1)
                heard, _ = await listener.communicate()
        assert [json.loads(line)["n"] for line in heard.splitlines()] == [1, 2]

    asyncio.run(scenario())


@pytest.mark.parametrize(("error", "doubtful"), [(WriteFailed("no device listens"), 0), (WriteUnknown("silence"), 1)])
def test_that_a_pager_says_how_many_of_several_went(error: Exception, doubtful: int) -> None:
    class Half:
        """A broker that has had enough after the first."""

        async def post(self, topic: str, payloads: Sequence[bytes], told: Callable[[], None]) -> None:
            told()
            raise error

    with pytest.raises(Partly) as partly:
        asyncio.run(Pager(Half()).send(LETTER))  # type: ignore[arg-type]
    assert (partly.value.sent, partly.value.doubtful) == (1, doubtful)


@pytest.mark.parametrize("when", ["at the door", "before the letter"])
def test_that_a_letter_that_never_began_to_leave_may_be_tried_again(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alarms.notify.send.OPENING_S", 0.5)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if when != "at the door":
            writer.write(b"220 office.test\r\n")
            while line := await reader.readline():
                if line.startswith(b"RCPT"):
                    break
                writer.write(b"250 OK\r\n")
        else:
            await reader.read()  # says nothing
        writer.close()

    async def scenario() -> None:
        port = free_port()
        async with await asyncio.start_server(serve, "127.0.0.1", port):
            mail = Mail(MailServer("127.0.0.1", port, "none", "vigie@example.org"), tmp_path, lambda _: None)
            with pytest.raises(Delayed):
                await mail.send(LETTER)
            await asyncio.sleep(0.05)

    asyncio.run(scenario())
