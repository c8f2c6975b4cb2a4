from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.errors import Refused
from supervisor.model import Area, Role, Text, User
from supervisor.people import ROLES, People
from tests.supervisor.pumphouse import ANN, EVE, NED, SID, site

PEOPLE = People(site())
PUMP = site().equipment_by_id["W.P1"]


def test_that_a_role_holds_in_its_areas_and_those_inside_them() -> None:
    cal = User("cal", "Cal", Role.OPERATOR, frozenset({"city"}))
    assert [PEOPLE.holds(user, Role.OPERATOR, "north") for user in (ANN, NED, SID, EVE, cal)] == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert not PEOPLE.holds(NED, Role.OPERATOR, "city")
    assert not PEOPLE.holds(NED, Role.OPERATOR, "")


@given(st.sampled_from(Role), st.sampled_from(Role))
def test_that_each_role_may_do_everything_the_ones_below_it_may(role: Role, needed: Role) -> None:
    assert PEOPLE.holds(User("u", "U", role), needed, "north") == (role >= needed)


def test_that_a_command_asks_for_its_own_role() -> None:
    commands = PUMP.type.commands
    assert PEOPLE.may(ANN, commands["start"], PUMP)
    assert not PEOPLE.may(ANN, commands["service"], PUMP)
    assert not PEOPLE.may(EVE, commands["start"], PUMP)


def test_that_a_ring_of_areas_ends() -> None:
    ring = {"a": Area("a", Text("a", "a"), "b"), "b": Area("b", Text("b", "b"), "a")}
    people = People(replace(site(), areas=ring))
    assert not people.holds(NED, Role.OPERATOR, "a")


def test_that_a_stranger_is_refused_in_both_languages() -> None:
    with pytest.raises(Refused) as caught:
        PEOPLE.user("bob")
    assert caught.value.check == "right"
    assert "bob" in caught.value.text.fr
    assert caught.value.text.fr != caught.value.text.en


def test_that_every_role_has_words() -> None:
    assert set(ROLES) == set(Role)
