from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from supervisor.desk import states
from supervisor.desk.states import OUTCOMES, ROWS, NoSuchRow, Stage, step

WRITTEN = {
    # by hand once more: stage -> what may follow
    "requested": "checked refused",
    "checked": "selected awaiting journalled refused",
    "selected": "awaiting journalled refused",
    "awaiting": "approved refused",
    "approved": "journalled refused",
    "journalled": "written failed unknown",
    "written": "read_back unknown",
    "read_back": "confirmed done failed unknown",
    "confirmed": "done unknown",
    "done": "",
    "refused": "",
    "failed": "",
    "unknown": "",
}


@pytest.mark.parametrize(("stage", "to"), list(itertools.product(Stage, Stage)))
def test_that_every_pair_of_stages_does_what_the_list_says(stage: Stage, to: Stage) -> None:
    if to in WRITTEN[stage].split():
        assert step(stage, to) is to
    else:
        with pytest.raises(NoSuchRow, match=f"{stage} does not become {to}"):
            step(stage, to)


def test_that_nothing_follows_an_outcome_and_everything_else_can_reach_one() -> None:
    assert {stage for stage in Stage if not ROWS[stage]} == OUTCOMES == {stage for stage in Stage if stage.final}
    assert all(Stage.UNKNOWN in ROWS[stage] or Stage.REFUSED in ROWS[stage] for stage in Stage if not stage.final)


def test_that_nothing_is_refused_or_failed_once_the_device_may_have_acted_unseen() -> None:
    assert Stage.FAILED not in ROWS[Stage.WRITTEN]
    assert all(Stage.REFUSED not in ROWS[stage] for stage in (Stage.JOURNALLED, Stage.WRITTEN, Stage.READ_BACK))


def test_that_the_picture_of_the_handbook_is_that_of_the_table_and_names_every_stage() -> None:
    book = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
    picture = book.split("```")[1].strip("\n")
    assert picture in (states.__doc__ or "")
    assert all(stage.value in picture for stage in Stage)
