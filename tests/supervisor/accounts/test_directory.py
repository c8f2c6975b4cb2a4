"""Sign-in against a real directory: OpenLDAP's slapd over TLS, in all the ways it can go wrong."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from ldap3 import MODIFY_ADD, MODIFY_DELETE

from supervisor.accounts import directory
from supervisor.accounts.directory import LdapDirectory, _filled, _out
from supervisor.accounts.settings import DirectorySettings, Group
from supervisor.errors import Refused
from supervisor.journal import JournalReader
from supervisor.model import Role, User
from supervisor.vault import Vault
from tests.people import OTHER, PASSWORD, give, opened
from tests.ports import free_port
from tests.supervisor.accounts.slapd import BASE, CHIEFS, OPERATORS, READER_PASSWORD, Slapd
from tests.supervisor.pumphouse import site

pytestmark = pytest.mark.slow
SILENT = "The directory does not answer"


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    server = Slapd(tmp_path_factory.mktemp("slapd"))
    server.start()
    server.fill()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no silent directory."""
    monkeypatch.setattr(directory, "BUDGET_S", 60.0)


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """What the service manager hands over: the password of whoever looks for people."""
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "directory").write_text(READER_PASSWORD)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    return Vault(tmp_path)


def prove(settings: DirectorySettings, vault: Vault, id_: str, password: str = PASSWORD) -> User | str:
    """Who that is, or the check that said no."""
    asked = LdapDirectory(settings, Path(), vault)
    try:
        return asyncio.run(asked.prove(id_, password))
    except Refused as refused:
        return f"{refused.check}: {asked.fault}".removesuffix(": ")


@pytest.mark.parametrize("way", ["ldaps", "starttls"])
def test_that_somebody_of_the_directory_gets_in_with_name_and_role(slapd: Slapd, vault: Vault, way: str) -> None:
    settings = slapd.settings if way == "ldaps" else slapd.starttls
    assert prove(settings, vault, "m.cesbron") == User("m.cesbron", "Maëlle Cesbron", Role.OPERATOR)


def test_that_groups_give_role_and_areas_the_highest_role_first(slapd: Slapd, vault: Vault) -> None:
    assert prove(slapd.settings, vault, "s.benali") == User("s.benali", "Samira Benali", Role.SUPERVISOR)
    assert prove(slapd.settings, vault, "l.nord") == User("l.nord", "Lou Nord", Role.OPERATOR, frozenset({"north"}))
    assert prove(slapd.settings, vault, "p.perdu") == "group"
    both = replace(slapd.settings, groups=(Group(OPERATORS.upper(), Role.OPERATOR, frozenset({"south"})),))
    assert prove(both, vault, "m.cesbron") == User("m.cesbron", "Maëlle Cesbron", Role.OPERATOR, frozenset({"south"}))


def test_that_groups_are_read_from_the_entry_where_the_directory_keeps_them_there(slapd: Slapd, vault: Vault) -> None:
    settings = replace(slapd.settings, group_base="", groups=(Group(CHIEFS, Role.SUPERVISOR),))
    assert prove(settings, vault, "s.benali") == User("s.benali", "Samira Benali", Role.SUPERVISOR)
    assert prove(settings, vault, "m.cesbron") == "group"


@pytest.mark.parametrize(
    ("id_", "password"),
    [
        ("m.cesbron", OTHER),
        ("m.cesbron", ""),
        ("nobody", PASSWORD),
        ("*", PASSWORD),
        ("m.cesbron)(uid=*", PASSWORD),
        ("m.cesbron ", PASSWORD),
        ("", PASSWORD),
    ],
)
def test_that_a_wrong_password_and_a_name_that_is_none_get_nobody_in(
    slapd: Slapd, vault: Vault, id_: str, password: str
) -> None:
    assert prove(slapd.settings, vault, id_, password) == "password"


def test_that_what_is_typed_cannot_change_what_is_asked() -> None:
    assert _filled("(uid={user})", user="a)(b=*\\\0") == "(uid=a\\29\\28b=\\2a\\5c\\00)"


def test_that_a_filter_that_finds_several_lets_nobody_in(slapd: Slapd, vault: Vault) -> None:
    assert "entries are called" in str(prove(replace(slapd.settings, filter="(|(uid={user})(uid=*))"), vault, "ann"))


def test_that_an_authority_nobody_trusts_and_a_wrong_name_are_refused(slapd: Slapd, vault: Vault) -> None:
    for settings in (slapd.settings, slapd.starttls):
        stranger = replace(settings, ca="")
        assert "certificate verify failed" in str(prove(stranger, vault, "m.cesbron"))
        port = settings.servers[0].rpartition(":")[2]
        misnamed = replace(settings, servers=(f"{settings.servers[0].partition(':')[0]}://localhost:{port}",))
        assert "match" in str(prove(misnamed, vault, "m.cesbron"))
    assert "no certificate" in str(prove(replace(slapd.settings, ca="nowhere.pem"), vault, "m.cesbron"))


def test_that_a_reader_without_a_password_or_with_a_wrong_one_is_said(
    slapd: Slapd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = tmp_path / "handed"
    credentials.mkdir()
    (credentials / "directory").write_text(OTHER)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert "does not let" in str(prove(slapd.settings, Vault(tmp_path), "m.cesbron"))
    (credentials / "directory").write_text("")
    assert "vigie secret SITE directory" in str(prove(slapd.settings, Vault(tmp_path), "m.cesbron"))


def test_that_the_next_server_is_asked_where_the_first_is_silent(slapd: Slapd, vault: Vault) -> None:
    servers = (f"ldaps://127.0.0.1:{free_port()}", *slapd.settings.servers)
    assert isinstance(prove(replace(slapd.settings, servers=servers), vault, "m.cesbron"), User)
    assert str(prove(replace(slapd.settings, servers=servers[:1]), vault, "m.cesbron")).startswith(
        "directory: ldaps://"
    )


def test_that_a_server_that_says_nothing_is_not_waited_for(vault: Vault, slapd: Slapd) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        accepted: list[socket.socket] = []
        thread = threading.Thread(target=lambda: accepted.extend(deaf.accept()[0] for _ in range(2)))
        thread.start()
        servers = (f"ldaps://127.0.0.1:{deaf.getsockname()[1]}",)
        said = prove(replace(slapd.settings, servers=servers, timeout_s=0.3), vault, "m.cesbron")
        thread.join()
        for line in accepted:
            line.close()
    assert str(said).startswith("directory: ")


def test_that_a_directory_that_is_silent_leaves_threads_for_everything_else(
    vault: Vault, slapd: Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "BUDGET_S", 0.3)
    looking = directory.AT_ONCE

    async def scenario(port: int) -> None:
        pool = ThreadPoolExecutor(looking + 1)
        asyncio.get_running_loop().set_default_executor(pool)
        servers = (f"ldaps://127.0.0.1:{port}",)
        asked = LdapDirectory(replace(slapd.settings, servers=servers, timeout_s=3.0), Path(), vault)
        told = await asyncio.gather(*(asked.prove(f"m.{at}", PASSWORD) for at in range(8)), return_exceptions=True)
        assert {one.check for one in told if isinstance(one, Refused)} == {"directory"}
        assert pool._work_queue.qsize() == 0, "nobody who has gone waits for a thread"
        assert asked._places.locked(), "the threads still look"

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        asyncio.run(scenario(deaf.getsockname()[1]))


def test_that_who_was_proved_is_looked_for_again_without_a_password(slapd: Slapd, vault: Vault) -> None:
    base = f"ou=personnes,{BASE}"
    dn = f"uid=n.neuf,{base}"
    words = {"uid": "n.neuf", "cn": "Noé Neuf", "sn": "Neuf", "userPassword": PASSWORD}

    def look(settings: DirectorySettings = slapd.settings) -> User | None:
        return asyncio.run(LdapDirectory(settings, Path(), vault).look("n.neuf"))

    with slapd._administrator() as administrator:
        assert look() is None
        assert administrator.add(dn, ["inetOrgPerson"], words)
        assert look() is None, "in no group that counts"
        assert administrator.modify(OPERATORS, {"member": [(MODIFY_ADD, [dn])]})
        assert look() == prove(slapd.settings, vault, "n.neuf") == User("n.neuf", "Noé Neuf", Role.OPERATOR)
        assert administrator.modify(CHIEFS, {"member": [(MODIFY_ADD, [dn])]})
        assert look() == User("n.neuf", "Noé Neuf", Role.SUPERVISOR)
        assert look(replace(slapd.settings, filter="(&(uid={user})(!(cn=Noé Neuf)))")) is None, "kept out by the filter"
        for group in (OPERATORS, CHIEFS):
            assert administrator.modify(group, {"member": [(MODIFY_DELETE, [dn])]})
        assert administrator.delete(dn)
    assert look() is None
    with pytest.raises(Refused) as caught:
        look(replace(slapd.settings, servers=(f"ldaps://127.0.0.1:{free_port()}",)))
    assert caught.value.check == "directory"


@pytest.mark.parametrize(
    ("said", "out"),
    [
        ({}, False),
        ({"useraccountcontrol": ["512"]}, False),
        ({"useraccountcontrol": ["514"]}, True),
        ({"useraccountcontrol": ["66050"]}, True),
        ({"useraccountcontrol": ["?"]}, False),
        ({"pwdaccountlockedtime": ["000001010000Z"]}, True),
        ({"pwdaccountlockedtime": ["20261122120000Z"]}, False),  # too many guesses: for a while, and by anybody
        ({"nsaccountlock": ["TRUE"]}, True),
        ({"nsaccountlock": ["false"]}, False),
    ],
)
def test_that_an_account_that_is_disabled_there_is_known_by_its_entry(said: dict[str, list[str]], out: bool) -> None:
    assert _out(said) is out


def test_that_no_window_makes_an_administrator_where_people_come_from_a_directory(
    tmp_path: Path, vault: Vault, slapd: Slapd
) -> None:
    async def scenario() -> None:
        with opened(site(), tmp_path) as accounts:
            assert accounts.first_start
            accounts.directory = LdapDirectory(slapd.settings, Path(), vault)
            assert not accounts.first_start
            with pytest.raises(Refused) as caught:
                await accounts.found("x.y", "Xavier Yon", PASSWORD, "poste-1")
            assert caught.value.check == "right"

    asyncio.run(scenario())


def test_that_accounts_of_the_station_get_in_while_the_directory_is_gone_and_the_screen_says_so(
    tmp_path: Path, vault: Vault
) -> None:
    async def scenario(server: Slapd) -> None:
        with opened(site(), tmp_path / "station") as accounts:
            await give(accounts, site())
            accounts.directory = asked = LdapDirectory(server.settings, Path(), vault)
            assert (await accounts.prove("m.cesbron", PASSWORD)).name == "Maëlle Cesbron"
            assert (await accounts.prove("ann", PASSWORD)) == site().users["ann"], "the station's own Ann, not that one"
            before = await accounts.prove("m.cesbron", PASSWORD)
            groups = tuple(replace(one, role=Role.VIEWER) for one in server.settings.groups)
            accounts.directory = LdapDirectory(replace(server.settings, groups=groups), Path(), vault)
            await accounts.prove("m.cesbron", PASSWORD, "proof", "poste-2")
            now = accounts.now(before)
            assert now is not None
            assert before.role > now.role == Role.VIEWER, "at every seat, once the directory has said so at one"
            assert accounts.person("m.cesbron") == now
            accounts.directory = asked
            server.stop()
            with pytest.raises(Refused) as caught:
                await accounts.admit("m.cesbron", PASSWORD, "poste-1")
            assert caught.value.check == "directory"
            assert asked.fault
            assert (await accounts.admit("ann", PASSWORD, "poste-1"))[0].id == "ann"
            await asyncio.to_thread(server.start)
            assert (await accounts.admit("M.Cesbron", PASSWORD, "poste-1"))[0].id == "m.cesbron"
            assert not asked.fault
            assert "m.cesbron" not in (tmp_path / "station" / "accounts.json").read_text(), "nothing of them is kept"

    server = Slapd(tmp_path / "slapd")
    server.start()
    server.fill()
    try:
        (tmp_path / "station").mkdir()
        asyncio.run(scenario(server))
    finally:
        server.stop()
    rows = JournalReader(tmp_path / "station" / "journal.db").search(category="access")
    assert [(row.who, row.result) for row in rows if row.kind == "sign_in"] == [
        ("m.cesbron", "done"),
        ("ann", "done"),
        ("", "refused"),
    ]
