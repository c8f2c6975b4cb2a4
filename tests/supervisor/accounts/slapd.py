"""A directory as a city has one: OpenLDAP's own server, a child of the test, with TLS and a few people."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import ldap3

from supervisor.accounts.settings import DirectorySettings, Group
from supervisor.model import Role
from tests import peers
from tests.drivers.mqtt.authority import Authority
from tests.people import PASSWORD
from tests.ports import free_port

BASE = "dc=ville,dc=fr"
READER = f"cn=vigie,{BASE}"
READER_PASSWORD = "lecteur de l'annuaire"
OPERATORS, CHIEFS, NORTH = (f"cn={name},ou=groupes,{BASE}" for name in ("operateurs", "chefs", "nord"))
PEOPLE = {
    "m.cesbron": ("Maëlle Cesbron", (OPERATORS,)),
    "s.benali": ("Samira Benali", (OPERATORS, CHIEFS)),
    "l.nord": ("Lou Nord", (NORTH,)),
    "p.perdu": ("Paul Perdu", ()),
    "ann": ("Anne de l'annuaire", (CHIEFS,)),
}
_CONFIG = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
TLSCACertificateFile {ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
sasl-secprops none
database mdb
suffix "{base}"
rootdn "cn=admin,{base}"
rootpw "{password}"
directory {folder}/data
maxsize 10485760
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""


class Slapd:
    """One server; `stop` it, and `start` it again on the same ports."""

    def __init__(self, folder: Path) -> None:
        self.root = peers.slapd()
        self.folder = folder
        (folder / "data").mkdir(parents=True)
        self.authority = Authority(folder / "certificates")
        self.port, self.secure = free_port(), free_port()
        self._child: subprocess.Popen[bytes] | None = None
        self.configure("127.0.0.1")

    def configure(self, host: str, days: int = 30) -> None:
        """Its certificate carries this name from the next start on."""
        certificate, key = self.authority.issue("annuaire", host, days)
        (self.folder / "slapd.conf").write_text(
            _CONFIG.format(
                schema=self.root / "etc" / "ldap" / "schema", modules=self.root / "usr" / "lib" / "ldap",
                folder=self.folder, ca=self.authority.certificate, certificate=certificate, key=key,
                base=BASE, reader=READER, password=PASSWORD,
            )
        )  # fmt: skip

    @property
    def settings(self) -> DirectorySettings:
        """How the site asks it."""
        return DirectorySettings(
            servers=(f"ldaps://127.0.0.1:{self.secure}",),
            base=f"ou=personnes,{BASE}",
            bind=READER,
            ca=str(self.authority.certificate),
            group_base=f"ou=groupes,{BASE}",
            timeout_s=20.0,
            groups=(
                Group(OPERATORS, Role.OPERATOR),
                Group(CHIEFS, Role.SUPERVISOR),
                Group(NORTH, Role.OPERATOR, frozenset({"north"})),
            ),
        )

    @property
    def starttls(self) -> DirectorySettings:
        return replace(self.settings, servers=(f"ldap://127.0.0.1:{self.port}",))

    def start(self) -> None:
        libraries = os.pathsep.join(map(str, sorted(self.root.glob("usr/lib/*-linux-gnu*"))))
        listen = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.secure}"
        command = [self.root / "usr" / "sbin" / "slapd", "-d", "0", "-f", self.folder / "slapd.conf", "-h", listen]
        with (self.folder / "slapd.out").open("ab") as log:
            self._child = subprocess.Popen(
                list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "LD_LIBRARY_PATH": libraries},
            )  # fmt: skip
        deadline = time.monotonic() + 30
        while not self._answers():
            said = (self.folder / "slapd.out").read_text("utf-8", "replace")[-2000:]
            assert self._child.poll() is None, f"slapd ended: {said}"
            assert time.monotonic() < deadline, f"slapd does not answer: {said}"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def fill(self) -> None:
        """People and groups, as its administrator would make them."""
        with self._administrator() as connection:
            rows: list[tuple[str, list[str], dict[str, object]]] = [
                (BASE, ["dcObject", "organization"], {"dc": "ville", "o": "Ville"}),
                (f"ou=personnes,{BASE}", ["organizationalUnit"], {}),
                (f"ou=groupes,{BASE}", ["organizationalUnit"], {}),
                (READER, ["applicationProcess", "simpleSecurityObject"], {"userPassword": READER_PASSWORD}),
            ]
            for id_, (name, _) in PEOPLE.items():
                words: dict[str, object] = {
                    "uid": id_,
                    "cn": name,
                    "sn": name.split()[-1],
                    "displayName": name,
                    "userPassword": PASSWORD,
                }
                rows.append((f"uid={id_},ou=personnes,{BASE}", ["inetOrgPerson"], words))
            for group in (OPERATORS, CHIEFS, NORTH):
                members = [f"uid={id_},ou=personnes,{BASE}" for id_, (_, inside) in PEOPLE.items() if group in inside]
                rows.append((group, ["groupOfNames"], {"member": members}))
            for dn, classes, given in rows:
                assert connection.add(dn, classes, given), (dn, connection.result)

    @contextmanager
    def _administrator(self) -> Iterator[ldap3.Connection]:
        server = ldap3.Server("127.0.0.1", self.port, get_info=ldap3.NONE)
        connection = ldap3.Connection(server, f"cn=admin,{BASE}", PASSWORD, check_names=False)
        assert connection.bind(), connection.result
        try:
            yield connection
        finally:
            connection.unbind()

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            with self._administrator():
                return True
        except (ldap3.core.exceptions.LDAPException, OSError):
            return False
