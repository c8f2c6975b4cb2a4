"""Every pair of a state and an event, one by one, against the table of the house."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alarms.states import ACTIVE, NOTHING, TABLE, Event, NoSuchRow, State, step

N, U, A, R, LU, LA = State
RAISE, CLEAR, ACK, RESET, REALARM = Event

WRITTEN = {
    # what the house says, written out again by hand: (plain, latching); None where there is no row
    (N, RAISE): (U, U), (N, CLEAR): (None, None), (N, ACK): (None, None), (N, RESET): (None, None),
    (N, REALARM): (None, None),
    (U, RAISE): (None, None), (U, CLEAR): (R, LU), (U, ACK): (A, A), (U, RESET): (None, None),
    (U, REALARM): (None, None),
    (A, RAISE): (None, None), (A, CLEAR): (N, LA), (A, ACK): (None, None), (A, RESET): (None, None),
    (A, REALARM): (U, U),
    (R, RAISE): (U, None), (R, CLEAR): (None, None), (R, ACK): (N, None), (R, RESET): (None, None),
    (R, REALARM): (None, None),
    (LU, RAISE): (None, U), (LU, CLEAR): (None, None), (LU, ACK): (None, LA), (LU, RESET): (None, None),
    (LU, REALARM): (None, None),
    (LA, RAISE): (None, U), (LA, CLEAR): (None, None), (LA, ACK): (None, None), (LA, RESET): (None, N),
    (LA, REALARM): (None, None),
}  # fmt: skip


def test_that_the_list_below_names_every_pair() -> None:
    assert set(WRITTEN) == set(itertools.product(State, Event))


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
@pytest.mark.parametrize("latching", [False, True])
def test_that_every_pair_does_what_the_house_says(state: State, event: Event, latching: bool) -> None:
    expected = WRITTEN[state, event][latching]
    if expected is None:
        with pytest.raises(NoSuchRow, match=state.word):
            step(state, event, latching)
        assert TABLE[int(latching), event, state] == NOTHING
    else:
        assert step(state, event, latching) is expected
        assert TABLE[int(latching), event, state] == expected


@given(st.lists(st.sampled_from(Event), max_size=40), st.booleans())
def test_that_an_alarm_is_active_exactly_while_its_condition_holds(events: list[Event], latching: bool) -> None:
    state, holds = State.NORMAL, False
    for event in events:
        try:
            state = step(state, event, latching)
        except NoSuchRow:
            continue
        holds = {Event.RAISE: True, Event.CLEAR: False}.get(event, holds)
        assert state.active == holds == bool(ACTIVE[state])


@given(st.lists(st.sampled_from(Event), max_size=40), st.booleans())
def test_that_no_raise_is_forgotten_without_an_acknowledgement(events: list[Event], latching: bool) -> None:
    state, unseen = State.NORMAL, False
    for event in events:
        try:
            state = step(state, event, latching)
        except NoSuchRow:
            continue
        unseen = {Event.RAISE: True, Event.REALARM: True, Event.ACK: False}.get(event, unseen)
        assert (state in (State.UNACKED, State.RETURNED, State.LATCHED_UNACKED)) == unseen
