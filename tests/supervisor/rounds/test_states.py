"""Every pair of a state and an event: a row, or an error that changes nothing."""

from __future__ import annotations

import itertools

import pytest

from supervisor.desk.states import OUTCOMES as COMMAND_OUTCOMES
from supervisor.rounds.states import OUTCOMES, Event, Mark, NoSuchRow, State, mark, step

E = Event
S = State
EXPECTED = {
    (S.PLANNED, E.RELEASE): S.RUNNING, (S.PLANNED, E.END): S.ENDED,
    (S.RUNNING, E.THROUGH): S.HELD, (S.RUNNING, E.LAST): S.DONE, (S.RUNNING, E.STOP): S.STOPPED,
    (S.HELD, E.RELEASE): S.RUNNING, (S.HELD, E.END): S.ENDED,
    (S.STOPPED, E.RELEASE): S.RUNNING, (S.STOPPED, E.END): S.ENDED,
}  # fmt: skip
GOES = {
    Mark.WAITING: {Mark.ASKING, Mark.LEFT_OUT},
    Mark.ASKING: {Mark.ASKED, Mark.WAITING, Mark.DONE, Mark.REFUSED, Mark.FAILED, Mark.UNKNOWN},
    Mark.ASKED: {Mark.DONE, Mark.REFUSED, Mark.FAILED, Mark.UNKNOWN},
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_that_every_state_answers_every_event(state: State, event: Event) -> None:
    if (state, event) in EXPECTED:
        assert step(state, event) is EXPECTED[state, event]
    else:
        with pytest.raises(NoSuchRow, match=state.value):
            step(state, event)


@pytest.mark.parametrize(("now", "to"), list(itertools.product(Mark, Mark)))
def test_that_a_target_goes_only_where_it_may(now: Mark, to: Mark) -> None:
    if to in GOES.get(now, ()):
        assert mark(now, to) is to
    else:
        with pytest.raises(NoSuchRow, match=now.value):
            mark(now, to)


def test_that_what_was_asked_never_waits_again() -> None:
    """Only what had not left may: a target with a number in the ledger is asked once."""
    assert Mark.WAITING not in GOES[Mark.ASKED]
    assert all(one.final for one in (*OUTCOMES, Mark.LEFT_OUT))


def test_that_outcomes_are_called_as_those_of_commands_are() -> None:
    assert {one.value for one in OUTCOMES} == {one.value for one in COMMAND_OUTCOMES}


def test_that_every_state_but_the_first_is_reached_and_every_unfinished_one_is_left() -> None:
    assert {*EXPECTED.values(), S.PLANNED} == set(State)
    assert {state for state, _ in EXPECTED} == {state for state in State if not state.final}
