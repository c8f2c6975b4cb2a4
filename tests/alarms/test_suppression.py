from __future__ import annotations

import itertools

import pytest

from alarms.states import NoSuchRow
from alarms.suppression import ROWS, Act, Hidden, legal, step

ALL = [Hidden(bits) for bits in range(8)]


@pytest.mark.parametrize(("hidden", "act"), list(itertools.product(ALL, Act)))
def test_that_every_act_touches_its_own_bit_alone(hidden: Hidden, act: Act) -> None:
    bit, sets = ROWS[act]
    already = bool(hidden & bit) == sets
    if already and act is not Act.SHELVE:
        assert not legal(hidden, act)
        with pytest.raises(NoSuchRow):
            step(hidden, act)
    else:
        after = step(hidden, act)
        assert bool(after & bit) == sets
        assert after & ~bit == hidden & ~bit


def test_that_every_way_of_hiding_has_an_act_and_its_opposite() -> None:
    for bit in (Hidden.SHELVED, Hidden.SUPPRESSED, Hidden.OUT_OF_SERVICE):
        assert sorted(sets for one, sets in ROWS.values() if one is bit) == [False, True]
