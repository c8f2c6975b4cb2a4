"""What people.toml says beyond its users: when seats lock, which directory proves who people are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from supervisor.accounts.settings import LOCK_MIN, DirectorySettings, Group, Policy
from supervisor.model import Role
from supervisor.site import check
from supervisor.site.territory import policy
from tests.supervisor.site.small import PROTOCOLS, SMALL, write

SAID = """
[session]
lock_minutes = 30

[directory]
servers = ["ldaps://annuaire.ville.fr", "ldap://secours.ville.fr:1389"]
base = "ou=personnes,dc=ville,dc=fr"
filter = "(&(objectClass=user)(sAMAccountName={user}))"
id_attribute = "sAMAccountName"
bind = "cn=vigie,dc=ville,dc=fr"
ca = "annuaire.pem"
group_base = "ou=groupes,dc=ville,dc=fr"

[[directory.group]]
name = "cn=operateurs,ou=groupes,dc=ville,dc=fr"
role = "operator"
areas = ["harbour"]

[[directory.group]]
name = "cn=admins,ou=groupes,dc=ville,dc=fr"
role = "administrator"
"""


def saying(folder: Path, words: str) -> Path:
    write(folder, {**SMALL, "people.toml": SMALL["people.toml"] + words, "annuaire.pem": "a certificate"})
    return folder


def test_that_a_directory_is_said_with_its_groups(tmp_path: Path) -> None:
    folder = saying(tmp_path, SAID)
    assert check(folder, PROTOCOLS) == []
    said = policy(folder)
    assert said.lock_min == 30
    assert said.directory == DirectorySettings(
        servers=("ldaps://annuaire.ville.fr", "ldap://secours.ville.fr:1389"),
        base="ou=personnes,dc=ville,dc=fr",
        filter="(&(objectClass=user)(sAMAccountName={user}))",
        id_attribute="sAMAccountName",
        bind="cn=vigie,dc=ville,dc=fr",
        ca="annuaire.pem",
        group_base="ou=groupes,dc=ville,dc=fr",
        groups=(
            Group("cn=operateurs,ou=groupes,dc=ville,dc=fr", Role.OPERATOR, frozenset({"harbour"})),
            Group("cn=admins,ou=groupes,dc=ville,dc=fr", Role.ADMINISTRATOR),
        ),
    )


def test_that_without_a_word_seats_lock_and_no_directory_is_asked(tmp_path: Path) -> None:
    assert policy(saying(tmp_path, "")) == Policy(LOCK_MIN, None)
    assert policy(tmp_path / "nowhere") == replace(Policy(), lock_min=LOCK_MIN)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lock_minutes = 30", "lock_minutes = 0", "lock_minutes"),
        ("lock_minutes = 30", "minutes = 30", "minutes"),
        ("ldaps://annuaire.ville.fr", "http://annuaire.ville.fr", "no address of a directory"),
        ("ldaps://annuaire.ville.fr", "ldaps://vigie:secret@annuaire.ville.fr", "no address of a directory"),
        ("ldaps://annuaire.ville.fr", "ldaps://annuaire:99999", "no address of a directory"),
        ('servers = ["ldaps://annuaire.ville.fr", "ldap://secours.ville.fr:1389"]\n', "", "No server"),
        ("(&(objectClass=user)(sAMAccountName={user}))", "(sAMAccountName=*)", "the same for everybody"),
        ("(&(objectClass=user)(sAMAccountName={user}))", "sAMAccountName={user}", "no filter of LDAP"),
        (
            'bind = "cn=vigie,dc=ville,dc=fr"',
            'bind = "cn=vigie"\npassword = "secret"',
            "never stands in the site folder",
        ),
        ("annuaire.pem", "ailleurs.pem", "ailleurs.pem"),
        ('role = "operator"', 'role = "king"', "king"),
        ('areas = ["harbour"]', 'areas = ["mars"]', "mars"),
        (SAID[SAID.index("[[directory.group]]") :], "", "nobody could act"),
    ],
)
def test_that_a_mistake_in_it_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SAID
    problems = check(saying(tmp_path, SAID.replace(old, new)), PROTOCOLS)
    assert any(message in problem.message for problem in problems), problems
    assert all(problem.file == Path("people.toml") for problem in problems)


def test_that_nobody_is_called_like_a_seat(tmp_path: Path) -> None:
    words = '\n[[user]]\nid = "@poste-1"\nname = "Poste 1"\nrole = "operator"\n'
    assert any("name of a seat" in problem.message for problem in check(saying(tmp_path, words), PROTOCOLS))
