"""What a password must be: long, and not what somebody would try first. Nothing else is asked of it.

No mixture of characters is asked for and none ever expires: both make people write them down.
Source: NIST SP 800-63B-4 (2025), 3.1.1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from supervisor.accounts.hashing import spelled
from supervisor.errors import Refused
from supervisor.model import Text

SHORTEST = 15
"""Characters. Source: NIST SP 800-63B-4, 3.1.1.2, of a password that is the only factor."""
LONGEST = 256
"""Characters; at least 64 must be possible (same source)."""
OWN = 8
"""Characters that must be left once everything that would be tried first is taken out."""
DIFFERENT = 5
"""Different characters that must be left."""

_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
_FIRST = (
    "password", "passwort", "motdepasse", "passe", "secret", "azerty", "qwerty", "qwertz", "admin", "administrateur",
    "administrator", "operateur", "operator", "superviseur", "supervisor", "ingenieur", "engineer", "bonjour", "soleil",
    "letmein", "welcome", "bienvenue", "iloveyou", "jetaime", "doudou", "chouchou", "monkey", "dragon", "football",
    "vigie", "scada", "mairie", "ville", "angers", "loire", "metropole",
)  # fmt: skip
"""The words that head the lists of stolen passwords in both languages, and those of this place."""


def check(password: str, about: Iterable[str] = ()) -> None:
    """Raises Refused, with one sentence, for a password that may not be used.

    `about` are the person's and the site's own words: id, name, the name of the site.
    """
    if len(password) > LONGEST:  # before anything else is made of it: a frame holds a million characters
        raise Refused("rule", TOO_LONG)
    if len(spelled(password)) < SHORTEST:
        raise Refused("rule", TOO_SHORT)
    left = _left(spelled(password).casefold(), about)
    if len(left) < OWN or len(set(left)) < DIFFERENT:
        raise Refused("rule", TOO_KNOWN)


def _left(password: str, about: Iterable[str]) -> str:
    """What remains without the words that would be tried first, rows of the keyboard and repetitions."""
    words = {word for text in about for word in re.split(r"[^\w]+", spelled(text).casefold()) if len(word) > 3}
    for word in sorted(words.union(_FIRST), key=len, reverse=True):
        password = password.replace(word, " ")
    for row in _ROWS:
        for line in (row, row[::-1]):
            for length in range(len(line), 3, -1):
                for at in range(len(line) - length + 1):
                    password = password.replace(line[at : at + length], " ")
    password = re.sub(r"(.)\1{2,}", r"\1", password)
    password = re.sub(r"(.{2,}?)\1+", r"\1", password)
    return password.replace(" ", "")


TOO_SHORT = Text(
    f"Le mot de passe doit avoir au moins {SHORTEST} caractères : une phrase de quelques mots convient très bien.",
    f"The password must have at least {SHORTEST} characters: a phrase of a few words does very well.",
)
TOO_LONG = Text(
    f"Le mot de passe ne peut pas dépasser {LONGEST} caractères.",
    f"The password can't be longer than {LONGEST} characters.",
)
TOO_KNOWN = Text(
    "Ce mot de passe serait essayé parmi les premiers (suite, répétition, nom connu) : choisissez quelques mots sans "
    "rapport entre eux.",
    "This password would be among the first to be tried (a row, a repetition, a known name): choose a few words that "
    "have nothing to do with each other.",
)
