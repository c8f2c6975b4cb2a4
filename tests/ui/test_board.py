"""The order of alarms, for any alarms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alarms.engine import FIELDS
from alarms.states import State
from supervisor.columns import Columns
from supervisor.model import Priority
from tests.ui.town import Town
from ui.board import Board

SITE = Town().site()
ROW = st.tuples(st.sampled_from(list(State)), st.sampled_from(list(Priority)), st.integers(0, 5), st.integers(0, 4))


def board_of(rows: list[tuple[State, Priority, int, int]]) -> Board:
    """A board over alarms given as (state, priority, raised_at, suppression)."""
    template = SITE.alarms[0]
    alarms = tuple(
        replace(template, index=at, rule=replace(template.rule, priority=row[1])) for at, row in enumerate(rows)
    )
    columns = Columns.create(len(rows), FIELDS)
    with columns.writing():
        columns["state"][:] = [row[0] for row in rows]
        columns["raised_at"][:] = [row[2] for row in rows]
        columns["suppression"][:] = [row[3] for row in rows]
        columns["generation"][:] = 1
    board = Board(replace(SITE, alarms=alarms), columns)
    board.pull()
    return board


@given(st.lists(ROW, min_size=1, max_size=40))
def test_that_unacknowledged_come_first_then_priority_then_the_newest(
    rows: list[tuple[State, Priority, int, int]],
) -> None:
    acked = (State.ACKED, State.LATCHED_ACKED)
    standing = [at for at, row in enumerate(rows) if row[0] is not State.NORMAL and not row[3]]
    expected = sorted(standing, key=lambda at: (rows[at][0] in acked, rows[at][1], -rows[at][2], at))
    assert board_of(rows).rows.tolist() == expected


@given(st.lists(ROW, min_size=1, max_size=40))
def test_that_the_counts_add_up_to_what_stands(rows: list[tuple[State, Priority, int, int]]) -> None:
    board = board_of(rows)
    counts = [board.counts(priority) for priority in Priority]
    assert sum(number for number, _ in counts) == len(board.rows)
    assert sum(unacked for _, unacked in counts) == len(board.unacked())


def test_that_the_worst_of_a_place_is_the_first_of_its_list() -> None:
    board = board_of([(State.ACKED, Priority.CRITICAL, 1, 0), (State.UNACKED, Priority.LOW, 2, 0)])
    assert board.worst(board.rows) == (Priority.LOW, False, 2)
    assert board.worst(np.empty(0, np.intp)) is None


def test_that_a_board_pulls_only_what_moved() -> None:
    board = board_of([(State.UNACKED, Priority.HIGH, 1, 0)])
    assert not board.pull()
