"""What a password must be, and what must not be asked of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.accounts.hashing import spelled
from supervisor.accounts.rules import LONGEST, SHORTEST, TOO_KNOWN, TOO_SHORT, check
from supervisor.errors import Refused
from supervisor.model import Text


@pytest.mark.parametrize(
    "password",
    [
        "",
        "Tr0ub4dor&3",
        "quatorze signe",
        "aaaaaaaaaaaaaaaaaaaa",
        "123456789012345678",
        "azertyuiopqsdfghjklm",
        "AzertyuiopAzertyuiop",
        "passwordpassword",
        "motdepasse motdepasse",
        "abcabcabcabcabcabc",
        "maelle.cesbron2026",
        "Angers Loire Métropole",
        "vigievigievigievigie",
        "bonjourbonjour1234",
        "x" * (LONGEST + 1),
    ],
)
def test_that_what_would_be_tried_first_is_refused(password: str) -> None:
    with pytest.raises(Refused):
        check(password, ("m.cesbron", "Maelle Cesbron", "Angers Loire Métropole"))


@pytest.mark.parametrize(
    "password",
    [
        "quatre bateaux remontent la Maine",
        "tout en minuscules sans chiffre",
        "ÉÈÀ çà et là, un hérisson",
        "kx7Wq0vTz3LmPd9s",
        "le pont de la Basse-Chaîne 1850",
        "日本語でも書ける長い合言葉であります",
    ],
)
def test_that_length_is_enough(password: str) -> None:
    check(password, ("m.cesbron", "Maelle Cesbron", "Angers Loire Métropole"))


@given(st.text(max_size=SHORTEST + 5))
def test_that_length_is_counted_in_letters_as_they_are_hashed(password: str) -> None:
    if len(spelled(password)) < SHORTEST:
        assert reason(password) == TOO_SHORT
    else:
        assert reason(password) != TOO_SHORT


@given(st.text(alphabet="ab1 .é", min_size=SHORTEST, max_size=60))
def test_that_any_password_gets_an_answer(password: str) -> None:
    """Six letters: some of them pass, none of them may make it fall over."""
    assert reason(password) in (None, TOO_KNOWN)


def reason(password: str) -> Text | None:
    """Why it may not be used; None where it may."""
    try:
        check(password, ("ab", "a b", ""))
    except Refused as refused:
        return refused.text
    return None
