"""Secured links, against a server of asyncua and one of node-opcua."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from asyncua import ua

from drivers.opcua import PROTOCOL, client
from drivers.opcua.address import Address, Settings
from drivers.opcua.certificates import own
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.errors import LinkLost
from supervisor.flow import Batch
from supervisor.link import Link
from supervisor.model import Quality
from supervisor.trust import TrustStore, fingerprint, keep
from supervisor.vault import Vault
from tests.drivers.opcua.fortress import NOW, PASSWORD, USER, Fortress, Made, der, key, key_der, state
from tests.drivers.opcua.plant import site, until
from tests.peers import node


@pytest.fixture
def fortress(tmp_path: Path, no_keyring: None) -> Fortress:
    return Fortress(tmp_path)


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords of tests go into the test's own folder, never into the keyring of this machine."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def test_that_every_policy_and_mode_comes_in_once_a_person_trusts(fortress: Fortress) -> None:
    async def scenario() -> None:
        async with fortress.open():
            store, mark = TrustStore(fortress.vault.pki), fingerprint(fortress.certificate)
            for _ in range(2):  # asking again is not consent
                refused = await fortress.visit(security="aes256")
                assert "CN=Fortress" in refused
                assert f"`vigie trust SITE {mark}`" in refused
            note = store.note("L/1")
            assert note is not None
            assert note.problems == ("unknown",)
            assert [fingerprint(one) for one in store.rejected()] == [mark]
            assert store.trust(fortress.certificate) == ("L/1",)
            for security in ("basic256sha256", "aes128", "aes256"):
                for mode in ("sign", "sign_and_encrypt"):
                    assert await fortress.visit(security=security, mode=mode) == "in", (security, mode)
            assert await fortress.visit(security="none") == "in"
            assert store.note("L/1") is None
            assert not store.rejected()
            assert fortress.traffic.errors == {"security": 2}

    asyncio.run(scenario())


def test_that_an_untrusted_server_is_a_matter_of_configuration_and_learns_nothing(fortress: Fortress) -> None:
    async def scenario() -> None:
        async with fortress.open():
            fortress.vault.keep("L/1", PASSWORD)
            for security in ("none", "basic256sha256"):
                wire = fortress.wire(security=security, identity="user", user=USER)
                with pytest.raises(LinkLost) as lost:
                    await wire.open()
                await wire.close()
                assert lost.value.quality is Quality.CONFIGURATION
            assert fortress.users.came == []

    asyncio.run(scenario())


def test_that_a_user_comes_in_by_the_password_of_the_vault(fortress: Fortress) -> None:
    async def scenario() -> None:
        TrustStore(fortress.vault.pki).trust(fortress.certificate)
        async with fortress.open():
            missing = await fortress.visit(security="aes128", identity="user", user=USER)
            assert "no password is known for user vigie" in missing
            assert "`vigie secret SITE L/1`" in missing
            fortress.vault.keep("L/1", PASSWORD)
            for security, mode in (("none", "sign"), ("basic256sha256", "sign"), ("aes256", "sign_and_encrypt")):
                assert await fortress.visit(security=security, mode=mode, identity="user", user=USER) == "in"
            assert fortress.users.came == [(USER, PASSWORD)] * 3
            fortress.vault.keep("L/1", "wrong")
            refused = await fortress.visit(security="aes256", identity="user", user=USER)
            assert "BadUserAccessDenied" in refused
            assert "`vigie secret SITE L/1`" in refused
            fortress.vault.keep("L/1", "x" * 500)
            assert "more than the" in await fortress.visit(security="aes256", mode="sign", identity="user", user=USER)

    asyncio.run(scenario())


def test_that_a_password_never_travels_in_clear(fortress: Fortress) -> None:
    async def scenario() -> None:
        TrustStore(fortress.vault.pki).trust(fortress.certificate)
        fortress.vault.keep("L/1", PASSWORD)
        async with fortress.open([ua.SecurityPolicyType.NoSecurity]):
            refused = await fortress.visit(identity="user", user=USER)
            assert "the password would travel in clear" in refused
            assert "security=basic256sha256" in refused
            refused = await fortress.visit(security="aes128", mode="sign")
            assert "does not offer security=aes128 mode=sign; it offers security=none" in refused
            assert fortress.users.came == []

    asyncio.run(scenario())


def test_that_a_user_comes_in_by_a_certificate(fortress: Fortress) -> None:
    async def scenario() -> None:
        TrustStore(fortress.vault.pki).trust(fortress.certificate)
        async with fortress.open():
            assert await fortress.visit(security="aes256", identity="certificate") == "in"
            ours = own(fortress.vault.pki, NOW)
            missing = await fortress.visit(security="aes256", identity="certificate", user="anne")
            assert "anne.der and anne.key" in missing
            anne = Made("Anne", key(1)).issue()
            keep(fortress.vault.pki / "users" / "anne.der", der(anne))
            keep(fortress.vault.pki / "users" / "anne.key", key_der(key(1)))
            assert await fortress.visit(security="basic256sha256", identity="certificate", user="anne") == "in"
            assert fortress.users.came == [der(ours.certificate), der(anne)]

    asyncio.run(scenario())


def test_that_another_certificate_at_the_same_address_is_refused_until_a_person_trusts_it(fortress: Fortress) -> None:
    async def scenario() -> None:
        store = TrustStore(fortress.vault.pki)
        store.trust(fortress.certificate)
        async with fortress.open():
            assert await fortress.visit(security="aes128") == "in"
        other = Fortress(fortress.vault.pki.parent, Made("Other").issue(), fortress.port)
        async with other.open():
            refused = await other.visit(security="aes128")
            assert "another certificate than the one trusted for this link: CN=Other" in refused
            assert store.trust(other.certificate) == ("L/1",)
            assert await other.visit(security="aes128") == "in"

    asyncio.run(scenario())


def test_that_who_does_not_hold_the_key_of_a_trusted_certificate_is_not_believed(fortress: Fortress) -> None:
    """The endpoint shows a certificate that is trusted, the server behind it has another key."""

    async def scenario() -> None:
        fortress.certificate = Made(key=key(1)).issue()
        TrustStore(fortress.vault.pki).trust(fortress.certificate)
        async with fortress.open():
            assert await fortress.visit(security="aes128", timeout_s=1.0) != "in"

    asyncio.run(scenario())


def test_that_a_secured_channel_is_renewed_again_and_again(fortress: Fortress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "CHANNEL_MS", 400)

    async def scenario() -> None:
        TrustStore(fortress.vault.pki).trust(fortress.certificate)
        async with fortress.open():
            wire = fortress.wire(security="aes256")
            await wire.open()
            tokens = set()
            renewing = asyncio.create_task(wire.renew())
            try:
                async with asyncio.timeout(20):
                    while len(tokens) < 4:
                        assert await state(wire) == 0
                        assert not renewing.done()
                        tokens.add(wire._protocol._connection.security_token.TokenId)
                        await asyncio.sleep(0.02)
            finally:
                renewing.cancel()
                await asyncio.wait([renewing])
                await wire.close()

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_server_of_node_opcua_lets_us_in_once_both_sides_trust(tmp_path: Path, no_keyring: None) -> None:
    fortress, folder = Fortress(tmp_path), tmp_path / "server"

    async def visit(**more: str) -> str:
        # its certificate is made out to the name of the machine it runs on
        settings = {"security": "basic256sha256", "identity": "user", "user": "vigie", "host_name": "*"}
        return await fortress.visit(**settings, **more)

    async def scenario() -> None:
        store, file = TrustStore(fortress.vault.pki), fortress.vault.pki / "own" / "certificate.der"
        fortress.vault.keep("L/1", "pumpe")
        assert "not trusted yet" in await visit()
        store.trust(store.rejected()[0])
        assert f"have it trust our certificate {file}" in await visit()
        keep(folder / "trust.der", file.read_bytes())
        async with asyncio.timeout(60):
            # a visit in the very moment in which it learns to trust us may leave us among the rejected for ever
            while not (folder / "trust.der.taken").exists():
                await asyncio.sleep(0.1)
            while await visit() != "in":
                await asyncio.sleep(0.2)
        assert await visit(mode="sign") == "in"
        fortress.vault.keep("L/1", "wrong")
        assert "`vigie secret SITE L/1`" in await visit()
        offered = await fortress.visit(security="aes128", host_name="*")
        assert "it offers security=basic256sha256 mode=sign, security=basic256sha256 mode=sign_and_encrypt" in offered

    with node("opcua_strict.js", str(fortress.port), str(folder)):
        asyncio.run(scenario())


def test_that_a_vault_that_cannot_be_read_is_told_and_nothing_else_happens(fortress: Fortress) -> None:
    async def scenario() -> None:
        TrustStore(fortress.vault.pki).trust(fortress.certificate)
        keep(fortress.vault.pki / "own" / "key.pem", b"no key")
        async with fortress.open():
            refused = await fortress.visit(security="aes128")
            assert "key.pem cannot be read" in refused

    asyncio.run(scenario())


def test_that_a_link_without_security_asks_for_no_certificate(tmp_path: Path) -> None:
    fortress = Fortress(tmp_path)
    fortress.link = replace(fortress.link, url="opc.tcp://127.0.0.1:1")
    fortress.vault = Vault(tmp_path / "never made")

    async def scenario() -> None:
        assert await fortress.visit() != "in"
        assert not (tmp_path / "never made").exists()

    asyncio.run(scenario())


def test_that_a_link_comes_up_by_itself_once_somebody_trusts(fortress: Fortress) -> None:
    settings = Settings(publish_ms=50, timeout_s=20, security="aes256")
    made = site(replace(fortress.link, settings=settings), {"state": Address(node="i=2259", sampling_ms=50)})
    spec = made.links["L"]
    heard: list[Batch] = []
    clock, traffic = SystemClock(), Traffic()
    driver = PROTOCOL.driver(spec, made.tags, clock, traffic, fortress.vault)
    link = Link(spec, made.tags, driver, traffic, heard.append, clock)

    async def scenario() -> None:
        async with fortress.open():
            running = asyncio.create_task(link.run())
            try:
                await until(lambda: bool(heard), timeout_s=30)
                assert list(heard[0].quality) == [Quality.CONFIGURATION]
                assert "not trusted yet" in link.reason
                TrustStore(fortress.vault.pki).trust(fortress.certificate)
                await until(lambda: link.connected and list(heard[-1].quality) == [Quality.GOOD], timeout_s=60)
                assert float(heard[-1].value[0]) == 0.0
                assert link.reason == ""
            finally:
                running.cancel()
                await asyncio.wait([running])

    asyncio.run(scenario())
