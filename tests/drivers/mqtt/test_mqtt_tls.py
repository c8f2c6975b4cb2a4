"""TLS, certificates of both sides, users and access lists, against a mosquitto that is strict about each."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from simulator.broker import Kind, kinds
from supervisor.errors import LinkLost, WriteFailed
from supervisor.model import LinkSpec, Quality
from supervisor.vault import CREDENTIALS, Vault
from tests.drivers.mqtt import town
from tests.drivers.mqtt.authority import Authority
from tests.drivers.mqtt.test_mqtt_payload import THINGS
from tests.drivers.mqtt.town import Listening, listening, until
from tests.ports import free_port

pytestmark = pytest.mark.skipif(Kind.MOSQUITTO not in kinds(), reason="mosquitto is not installed: no TLS to speak to")
OPEN = "allow_anonymous true"


class Place:
    """A data folder with its vault, and an authority."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.authority = Authority(folder / "authority")
        self.vault = Vault(folder / "data")
        self.own = self.vault.pki / "L"
        self.own.mkdir(parents=True)

    def believe(self, authority: Authority) -> None:
        shutil.copy(authority.certificate, self.own / "ca.pem")

    def carry(self, authority: Authority, **words: object) -> None:
        certificate, key = authority.issue("station", **words)  # type: ignore[arg-type]
        shutil.copy(certificate, self.own / "cert.pem")
        shutil.copy(key, self.own / "key.pem")

    def broker(self, *words: str, host: str = "127.0.0.1", days: int = 30):
        certificate, key = self.authority.issue("broker", host, days)
        tls = [f"certfile {certificate}", f"keyfile {key}", f"cafile {self.authority.certificate}"]
        return town.mosquitto(self.port, self.folder / "broker", words=[OPEN, *tls, *words])

    def spec(self, **words: str) -> LinkSpec:
        return town.link(self.port, scheme="mqtts", **words)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def works(spec: LinkSpec, vault: Vault) -> None:
    """A value comes back on what was written, over this link."""
    rows = {"level": {"format": "plain", "topic": "lamp/level", "write_topic": "lamp/level"}}
    async with listening(town.device(rows, spec=spec), vault) as ear:
        await ear.write("E.level", 40.0, 10.0)
        await until(lambda: ear.value("E.level") == 40.0)


def refused(spec: LinkSpec, vault: Vault) -> LinkLost:
    """Why the link is lost."""

    async def scenario() -> None:
        ear = Listening(town.site(spec, {"LM": THINGS["LM"]}), vault)
        await ear.driver.run(ear.publish, ear.up)

    with pytest.raises(LinkLost) as lost:
        asyncio.run(scenario())
    return lost.value


def test_that_a_broker_whose_authority_is_known_is_spoken_to_over_tls(place):
    place.believe(place.authority)
    with place.broker():
        asyncio.run(works(place.spec(), place.vault))


def test_that_both_sides_show_their_certificates_where_the_broker_wants_it(place):
    place.believe(place.authority)
    with place.broker("require_certificate true"):
        assert "put cert.pem and key.pem" in str(refused(place.spec(), place.vault))
        place.carry(Authority(place.folder / "strangers", "strangers"))
        assert "does not know who signed our certificate" in str(refused(place.spec(), place.vault))
        place.carry(place.authority, days=-1)
        assert "our certificate, cert.pem, has expired" in str(refused(place.spec(), place.vault))
        place.carry(place.authority)
        asyncio.run(works(place.spec(), place.vault))


def test_that_a_broker_of_an_unknown_authority_is_refused_with_what_to_do(place):
    place.believe(Authority(place.folder / "strangers", "strangers"))
    with place.broker():
        lost = refused(place.spec(), place.vault)
        assert "comes from nobody this station knows" in str(lost)
        assert lost.quality is None  # not connected
        (place.own / "ca.pem").unlink()
        assert "put the authority's certificate into ca.pem" in str(refused(place.spec(), place.vault))


def test_that_the_brokers_own_certificate_may_be_what_is_believed(place):
    with place.broker():
        shutil.copy(place.folder / "authority" / "broker.pem", place.own / "ca.pem")
        asyncio.run(works(place.spec(), place.vault))


def test_that_an_expired_certificate_of_the_broker_is_refused(place):
    place.believe(place.authority)
    with place.broker(days=-1):
        assert "has expired: look at the clock of this machine" in str(refused(place.spec(), place.vault))


def test_that_a_certificate_of_another_name_is_refused_until_that_name_is_given(place):
    place.believe(place.authority)
    with place.broker(host="broker.ville"):
        assert "does not carry the address 127.0.0.1" in str(refused(place.spec(), place.vault))
        assert "does not carry the name localhost" in str(refused(place.spec(host="localhost"), place.vault))
        asyncio.run(works(place.spec(server_name="broker.ville"), place.vault))


def test_that_a_broker_in_the_clear_on_a_tls_link_is_named_as_such(place):
    place.believe(place.authority)
    with town.mosquitto(place.port, place.folder / "broker"):
        assert "TLS" in str(refused(place.spec(), place.vault))


def test_that_a_peer_that_answers_no_handshake_or_hangs_up_in_it_is_lost(place):
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)

    async def talker(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smtp.example ESMTP\r\n")
        await reader.read()

    async def scenario(peer, words: str, quality: Quality | None) -> None:
        gone = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                await peer(reader, writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            gone.set()

        async with await asyncio.start_server(serve, "127.0.0.1", place.port):
            ear = Listening(town.site(place.spec(), {"LM": THINGS["LM"]}), place.vault)
            with pytest.raises(LinkLost, match=words) as lost:
                await ear.driver.run(ear.publish, ear.up)
            assert lost.value.quality is quality
            await gone.wait()

    asyncio.run(scenario(mute, "does not answer the TLS handshake", Quality.TIMEOUT))
    asyncio.run(scenario(rude, "TLS", None))
    asyncio.run(scenario(talker, "does not speak TLS", None))


def test_that_files_of_ours_that_are_no_use_are_told_one_by_one(place):
    place.carry(place.authority, password="secret")
    assert "locked by a passphrase" in str(refused(place.spec(), place.vault))
    place.carry(place.authority)
    (place.own / "key.pem").unlink()
    assert "key.pem is missing" in str(refused(place.spec(), place.vault))
    shutil.copy(place.authority.issue("other")[1], place.own / "key.pem")
    assert "do not belong together" in str(refused(place.spec(), place.vault))
    (place.own / "cert.pem").write_text("no certificate")
    assert "cannot be read" in str(refused(place.spec(), place.vault))
    (place.own / "ca.pem").write_text("no certificate")
    assert "holds no certificate in PEM" in str(refused(place.spec(), place.vault))


def passwords(folder: Path, **users: str) -> Sequence[str]:
    """Lines of a configuration that lets in nobody else."""
    file = folder / "passwords"
    file.touch(0o600)
    for user, password in users.items():
        subprocess.run(["mosquitto_passwd", "-b", str(file), user, password], check=True, capture_output=True)
    return ["allow_anonymous false", f"password_file {file}"]


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_that_the_password_comes_from_the_vault_and_a_wrong_one_is_one_sentence(tmp_path, monkeypatch, version):
    port, handed = free_port(), tmp_path / "handed"
    handed.mkdir()
    monkeypatch.setenv(CREDENTIALS, str(handed))
    monkeypatch.setattr("drivers.mqtt.driver.V5", {"5": 5, "3.1.1": 4}[version])
    vault = Vault(tmp_path / "data")
    with town.mosquitto(port, tmp_path, words=passwords(tmp_path, ville="juste")):
        (handed / "L").write_text("faux")
        assert "refuses the user ville or his password" in str(refused(town.link(port, "ville"), vault))
        assert "wants a user" in str(refused(town.link(port), vault))
        (handed / "L").write_text("juste\n")
        asyncio.run(works(town.link(port, "ville"), vault))


def test_that_what_the_access_list_forbids_is_never_taken_for_done(tmp_path):
    """Version 5 says so; version 3.1.1 says "done", and only the read-back, which does not come, tells."""
    port = free_port()
    rows = {"order": {"format": "plain", "topic": "lamp/order", "write_topic": "lamp/order"}}
    plant = town.device(rows, spec=town.link(port))

    async def scenario() -> None:
        async with listening(plant) as ear:
            with pytest.raises(WriteFailed, match="not authorised"):
                await ear.write("E.order", 1.0, 10.0)

    async def silent(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("drivers.mqtt.driver.V5", 4)
        async with listening(plant) as ear:
            await ear.write("E.order", 1.0, 10.0)
            await asyncio.sleep(0.2)
            assert ear.quality("E.order") == Quality.NEVER_READ

    with town.mosquitto(port, tmp_path, "topic read lamp/#\n"):
        asyncio.run(scenario())
        with pytest.MonkeyPatch.context() as patch:
            asyncio.run(silent(patch))


@pytest.mark.logs("does not let us subscribe")
def test_that_a_refused_subscription_is_the_quality_of_its_tags(tmp_path):
    """mosquitto's own access list grants what it then never delivers; its security plugin refuses."""
    port = free_port()
    plugin = next(Path("/usr/lib").rglob("mosquitto_dynamic_security.so"), None)
    if plugin is None:
        pytest.skip("mosquitto's security plugin is not installed: no broker here refuses a subscription")
    rights = tmp_path / "rights.json"
    rights.write_text(
        '{"defaultACLAccess":{"publishClientSend":true,"publishClientReceive":true,"subscribe":true,"unsubscribe":true},'
        '"roles":[{"rolename":"r","acls":[{"acltype":"subscribePattern","topic":"saeiv/#","priority":1,"allow":false}]}],'
        '"groups":[{"groupname":"g","roles":[{"rolename":"r"}],"clients":[]}],"anonymousGroup":"g","clients":[]}'
    )
    things = {"LM": THINGS["LM"], "LN": THINGS["LN"]}
    words = ["allow_anonymous true", f"plugin {plugin}", f"plugin_opt_config_file {rights}"]

    async def scenario() -> None:
        async with listening(town.site(town.link(port), things)) as ear:
            assert ear.quality("LN.headway") == Quality.CONFIGURATION
            assert ear.quality("LM.level") == Quality.NEVER_READ
            assert ear.traffic.errors == {"subscription": 1}

    with town.mosquitto(port, tmp_path, words=words):
        asyncio.run(scenario())
